/** The approval card for what Claude Code asks: it shows the whole input of a tool, or the tool can't be allowed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { approvalRequest } from '../../../../src/contract/approval.ts';
import { MAX_FIELDS, MAX_SHOWN } from '../../../../src/contract/tool-card.ts';
import type { ApprovalField, ApprovalRequest } from '../../../../src/contract/turn.ts';
import { visible } from '../../../../src/contract/visible.ts';
import { approvalOf } from '../../../../src/host/agents/claude/approval.ts';
import { hookPayload } from '../../../../src/host/agents/claude/payload.ts';
import { wordsOf } from '../../../../src/host/agents/claude/words.ts';
import { hostileText } from '../../../contract/hostile-text.ts';
import { unescapeVisible } from '../../../contract/unescape-visible.ts';
import { readLines, VERSIONS } from './read-lines.ts';

const words = wordsOf('en');
const ask = (tool: string | undefined, input: object): ApprovalRequest =>
  approvalOf(
    'a',
    hookPayload.parse({ hook_event_name: 'PermissionRequest', tool_name: tool, tool_input: input }),
    words,
  );
/** `path` to text, as it stands on the card. */
const shown = ({ fields = [] }: ApprovalRequest) => fields.map(({ path, text }) => [path.join('.'), text]);
const looks = ({ fields = [] }: ApprovalRequest) =>
  Object.fromEntries(fields.flatMap(({ path, look }) => (look === undefined ? [] : [[path.join('.'), look]])));
const optionsOf = ({ options }: ApprovalRequest) => options.map(({ id }) => id);

describe.each(VERSIONS)('a permission that Claude Code %s asked for', (version) => {
  test('is on the card with every field', () => {
    const asked = readLines('payloads', version)
      .map((line) => hookPayload.parse(line))
      .filter(({ hook_event_name: event }) => event === 'PermissionRequest')
      .map((payload) => approvalOf('a', payload, words));
    expect(asked.map((card) => [card.tool, shown(card), optionsOf(card)])).toEqual([
      ['Read', [['file_path', '/nowhere/at-all.md']], ['allow', 'deny']],
      [
        'Write',
        [
          ['file_path', '/srv/file.txt'],
          ['content', 'one\ntwo\n'],
        ],
        ['allow', 'deny'],
      ],
    ]);
  });
});

describe('a tool’s whole input', () => {
  test.each<[string, object, [string, string][]]>([
    [
      'Bash',
      {
        description: 'List the files',
        timeout: 600_000,
        command: 'ls -la',
        run_in_background: true,
        dangerouslyDisableSandbox: true,
        newFlag: null,
      },
      [
        ['command', 'ls -la'],
        ['description', 'List the files'],
        ['timeout', '600000'],
        ['run_in_background', 'true'],
        ['dangerouslyDisableSandbox', 'true'],
        ['newFlag', 'null'],
      ],
    ],
    [
      'Edit',
      { replace_all: true, file_path: '/a.md', old_string: 'one', new_string: '' },
      [
        ['file_path', '/a.md'],
        ['replace_all', 'true'],
        ['old_string', 'one'],
        ['new_string', ''],
      ],
    ],
    [
      'MultiEdit',
      {
        file_path: '/a.md',
        edits: [
          { old_string: 'one', new_string: 'two' },
          { old_string: 'x', new_string: 'y', replace_all: true },
        ],
      },
      [
        ['file_path', '/a.md'],
        ['edits.0.old_string', 'one'],
        ['edits.0.new_string', 'two'],
        ['edits.1.old_string', 'x'],
        ['edits.1.new_string', 'y'],
        ['edits.1.replace_all', 'true'],
      ],
    ],
    [
      'NotebookEdit',
      {
        notebook_path: '/n.ipynb',
        cell_id: 'c1',
        new_source: 'import os\nos.remove("x")',
        cell_type: 'code',
        edit_mode: 'insert',
      },
      [
        ['notebook_path', '/n.ipynb'],
        ['cell_id', 'c1'],
        ['new_source', 'import os\nos.remove("x")'],
        ['cell_type', 'code'],
        ['edit_mode', 'insert'],
      ],
    ],
    [
      'WebFetch',
      { url: 'https://example.com/?q=secret', prompt: 'Sum it up' },
      [
        ['url', 'https://example.com/?q=secret'],
        ['prompt', 'Sum it up'],
      ],
    ],
    [
      'Agent',
      { description: 'Look', prompt: 'Do\nall of it.', subagent_type: 'general-purpose', run_in_background: false },
      [
        ['description', 'Look'],
        ['prompt', 'Do\nall of it.'],
        ['subagent_type', 'general-purpose'],
        ['run_in_background', 'false'],
      ],
    ],
    [
      'mcp__mail__send_message',
      {
        body: 'Dear Ms Brandt,\n\nall is well.',
        to: ['a@example.com', { name: 'B', address: 'b@example.com' }],
        headers: { 'X-Odd key': '1', 'Reply-To': ['c@example.com'] },
        attachments: [],
        options: {},
      },
      [
        ['to.0', 'a@example.com'],
        ['to.1.name', 'B'],
        ['to.1.address', 'b@example.com'],
        ['body', 'Dear Ms Brandt,\n\nall is well.'],
        ['headers.X-Odd key', '1'],
        ['headers.Reply-To.0', 'c@example.com'],
        ['attachments', '[]'],
        ['options', '{}'],
      ],
    ],
    [
      'ExitPlanMode',
      { plan: '# Plan\n\n1. Delete it.', allowedPrompts: [{ tool: 'Bash', prompt: 'delete files' }] },
      [
        ['plan', '# Plan\n\n1. Delete it.'],
        ['allowedPrompts.0.tool', 'Bash'],
        ['allowedPrompts.0.prompt', 'delete files'],
      ],
    ],
    [
      'Unheard',
      { constructor: 'x', toString: 'y' },
      [
        ['constructor', 'x'],
        ['toString', 'y'],
      ],
    ],
    ['Nothing', {}, []],
  ])('%s', (tool, input, expected) => {
    const card = ask(tool, input);
    expect(shown(card)).toEqual(expected);
    expect({ tool: card.tool, options: optionsOf(card), missing: card.missing }).toEqual({
      tool,
      options: ['allow', 'deny'],
      missing: undefined,
    });
    expect(approvalRequest.parse(card)).toEqual(card);
  });

  test('has the true length of each text, which distinguishes empty from missing', () => {
    const lengths = ask('Bash', { command: 'é🙂', description: '', timeout: 5 }).fields?.map(({ length }) => length);
    expect(lengths).toEqual([3, 0, undefined]);
  });

  test('marks what an edit removes and adds, and a disabled sandbox as a warning', () => {
    expect(looks(ask('Edit', { file_path: '/a', old_string: 'x', new_string: 'y' }))).toEqual({
      old_string: 'removed',
      new_string: 'added',
    });
    expect(looks(ask('Write', { file_path: '/a', content: 'x' }))).toEqual({ content: 'added' });
    expect(looks(ask('Bash', { command: 'x', dangerouslyDisableSandbox: true }))).toEqual({
      dangerouslyDisableSandbox: 'warning',
    });
    expect(looks(ask('Bash', { command: 'x', dangerouslyDisableSandbox: false }))).toEqual({});
  });

  test('has a field for any name, even __proto__', () => {
    const card = approvalOf(
      'a',
      hookPayload.parse(
        JSON.parse(
          '{"hook_event_name":"PermissionRequest","tool_name":"mcp__a__b","tool_input":{"__proto__":{"to":"x"}}}',
        ),
      ),
      words,
    );
    expect(shown(card)).toEqual([['__proto__.to', 'x']]);
  });

  test('is also plain text for clients without fields, where no value can look like a field', () => {
    expect(ask('Bash', { command: 'echo a\ntimeout: 1', timeout: 5, 'x\ny': '\u202e' }).detail).toBe(
      'command:\n  echo a\n  timeout: 1\ntimeout: 5\nx⟨U+000A⟩y: ⟨U+202E⟩',
    );
  });
});

describe('an input that is too long to show', () => {
  const long = 'x'.repeat(200_000);

  test('is cut after its beginning, with its length, and can only be denied', () => {
    const card = ask('Write', { content: long, file_path: '/a' });
    expect(optionsOf(card)).toEqual(['deny']);
    expect(card.fields?.map(({ path, length }) => [path, length])).toEqual([
      [['file_path'], 2],
      [['content'], 200_000],
    ]);
    const text = card.fields?.[1]?.text ?? '';
    expect(long.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(60_000);
    expect(card.missing).toEqual({ characters: 200_000 - text.length, fields: 0 });
  });

  test('does not crowd out short fields', () => {
    const card = ask('mcp__mail__send', { body: long, second: long, to: ['a@example.com'], z: 'last' });
    expect(shown(card).filter(([name]) => name !== 'body')).toEqual([
      ['to.0', 'a@example.com'],
      ['z', 'last'],
    ]);
    expect(card.missing?.fields).toBe(1);
  });

  test('may be too many fields, too deep, or have a long name', () => {
    const many = ask('mcp__a__b', Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`n${n}`, 'abc'])));
    expect([many.fields?.length, many.missing, optionsOf(many)]).toEqual([
      MAX_FIELDS,
      { fields: 1_000 - MAX_FIELDS, characters: (1_000 - MAX_FIELDS) * 3 },
      ['deny'],
    ]);
    let deep: object = { secret: 'rm' };
    for (let level = 0; level < 10_000; level++) deep = [deep];
    expect(ask('mcp__a__b', { deep })).toMatchObject({ fields: [], missing: { fields: 1, characters: 2 } });
    expect(ask('mcp__a__b', { [long]: 'x' })).toMatchObject({ missing: { fields: 1 }, options: [{ id: 'deny' }] });
    expect(() => ask(long, {}), 'no tool has such a name').toThrow('Too big');
  });

  test('is measured as displayed, with the escapes of invisible characters', () => {
    const card = ask('Bash', { command: '\u200b\u200c'.repeat(20_000) });
    expect(card.missing?.characters).toBeGreaterThan(20_000);
    expect(visible(card.fields?.[0]?.text ?? '', { exact: true }).length).toBeLessThanOrEqual(MAX_SHOWN);
  });
});

/** Any JSON, with strings that hide, mislead and spell marks. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    hostileText,
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '⟨U+202E⟩',
      '\u202e;/ fr- mr\u202c',
      'x'.repeat(70_000),
      '\ud800',
      '\u200b'.repeat(9_000),
      '__proto__',
    ),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(hostileText, fc.string()), tie('value'), { maxKeys: 5 }),
  ),
})).value;

test('every string and number of any input is on the card, or the tool can’t be allowed', () => {
  const input = fc.dictionary(fc.oneof(fc.constantFrom('command', 'file_path', 'content'), hostileText), json, {
    maxKeys: 6,
  });
  const tools = fc.constantFrom('Bash', 'Edit', 'Write', 'mcp__mail__send', 'Unheard');
  fc.assert(
    fc.property(tools, input, (tool, made) => {
      const given: unknown = JSON.parse(JSON.stringify(made));
      const card = ask(tool, given as object);
      expect(JSON.stringify(card).length).toBeLessThan(900_000);
      if (card.missing !== undefined) return void expect(optionsOf(card)).toEqual(['deny']);
      expect(optionsOf(card)).toEqual(['allow', 'deny']);
      const seen = (card.fields ?? []).map(read);
      expect(new Map(seen)).toEqual(new Map(leavesOf(given)));
    }),
    { numRuns: 1_000 },
  );
});

/** What a person can read off a field, with the marks undone. */
function read({ path, text, length }: ApprovalField): [string, string] {
  const name = JSON.stringify(path.map((step) => (typeof step === 'number' ? step : unescapeVisible(visible(step)))));
  const value = unescapeVisible(visible(text, { exact: true }));
  return [name, length === undefined ? value : JSON.stringify(value)];
}

function leavesOf(value: unknown, path: (string | number)[] = []): [string, string][] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (inside.length === 0) return path.length === 0 ? [] : [[JSON.stringify(path), JSON.stringify(value)]];
  const isList = Array.isArray(value);
  return inside.flatMap(([name, item]) => leavesOf(item, [...path, isList ? Number(name) : name]));
}

describe('a question', () => {
  const question = {
    question: 'Which?\u202e',
    header: 'Cases',
    multiSelect: true,
    options: [
      { label: 'One', description: 'The first of them', preview: '┌─┐\n└─┘' },
      { label: 'Two', description: '' },
      { label: 'Three' },
    ],
  };

  test('has its options with all their details', () => {
    expect(ask('AskUserQuestion', { questions: [question] })).toMatchObject({
      kind: 'question',
      title: 'Which?\u202e',
      options: [{ id: 'answer' }, { id: 'deny' }],
      questions: [{ question: 'Which?\u202e', header: 'Cases', several: true, options: question.options }],
    });
  });

  test('that is too long has the missing length, and can only be denied', () => {
    const options = [{ label: 'One', description: 'x'.repeat(3_000) }];
    const card = ask('AskUserQuestion', { questions: [{ ...question, options }] });
    expect([card.missing, optionsOf(card)]).toEqual([{ characters: 1_000, fields: 0 }, ['deny']]);
    const five = ask('AskUserQuestion', { questions: Array(5).fill(question) });
    expect([five.missing, five.questions?.length, optionsOf(five)]).toEqual([
      { characters: 0, fields: 1 },
      4,
      ['deny'],
    ]);
  });

  test('of an unknown shape can be denied', () => {
    expect(ask('AskUserQuestion', { questions: [null, 'x', { options: [7] }] }).questions).toHaveLength(3);
  });
});
