/** The card of an approval: everything on it is text, nothing is hidden, and denying is always possible. */
import fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { type ApprovalState, ASKED } from '../../src/contract/approval-machine.ts';
import type { ApprovalRequest, Decided } from '../../src/contract/turn.ts';
import { ApprovalCard } from '../../src/web/chat/ApprovalCard.tsx';
import { Diff } from '../../src/web/chat/Diff.tsx';
import { decidedWords } from '../../src/web/chat/words.ts';
import { de } from '../../src/web/locales/de.ts';
import { en } from '../../src/web/locales/en.ts';
import { hostileText } from '../contract/hostile-text.ts';

const permission: ApprovalRequest = {
  id: 'a',
  title: 'Allow: run it?',
  options: [
    { id: 'allow', label: 'Yes' },
    { id: 'deny', label: 'No' },
  ],
};

const render = (approval: Partial<ApprovalRequest>, state: ApprovalState = ASKED) =>
  renderToStaticMarkup(<ApprovalCard approval={{ ...permission, ...approval }} state={state} onDecide={() => {}} />);
const buttonsOf = (html: string) => [...html.matchAll(/<button[^>]*>([^<]*)</g)].map(([, label]) => label);

describe('the card of an approval', () => {
  it('offers to allow once, to deny, and to deny with a reason', () => {
    expect(buttonsOf(render({}))).toEqual([en.allowOnce, en.deny, en.denyWhy]);
  });

  it('is disabled once a decision is made', () => {
    const verdict = { decision: { option: 'deny' }, by: 'user' } as const;
    const question = { question: 'Which?', options: [], several: false };
    const off = (html: string) => html.match(/<button[^>]* disabled=""/g) ?? [];
    expect(off(render({}))).toEqual([]);
    for (const request of [{}, { kind: 'question' as const, questions: [question] }]) {
      for (const at of ['deciding', 'decided'] as const) {
        const html = render(request, { at, verdict });
        expect(off(html)).toHaveLength(buttonsOf(html).length);
      }
    }
  });

  it('offers each of the agent’s options to allow, by its label', () => {
    const options = [
      { id: 'once', label: 'Once' },
      { id: 'deny', label: 'No' },
      { id: 'always', label: 'Always' },
    ];
    expect(buttonsOf(render({ options }))).toEqual(['Once', 'Always', en.deny, en.denyWhy]);
  });

  it.each<[string, Partial<ApprovalRequest>]>([
    ['without a way to deny', { options: [{ id: 'allow', label: 'Yes' }] }],
    ['without options', { options: [] }],
  ])('of a request %s can still be denied', (_what, request) => {
    expect(buttonsOf(render(request))).toContain(en.deny);
  });

  it('of a question offers its options, and to go on without an answer', () => {
    const options = [
      { id: 'a', label: 'The first' },
      { id: 'b', label: 'The second' },
    ];
    expect(buttonsOf(render({ kind: 'question', options }))).toEqual(['The first', 'The second', en.noAnswer]);
  });

  it('has checkboxes for a question with several answers, and an input for one without options', () => {
    const several = { question: 'Which?', options: [{ label: 'One' }, { label: 'Two' }], several: true };
    const free = { question: 'What else?', options: [], several: false };
    const html = render({ kind: 'question', questions: [several, free] });
    expect(html.match(/type="checkbox"/g)).toHaveLength(2);
    expect(html.match(/type="text"/g)).toHaveLength(2);
    expect(html).toContain('<legend dir="auto">What else?</legend>');
  });

  it('shows all of its texts as text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const attack = `<img src=x onerror=alert(1)>${text}`;
        const question = { question: attack, options: [{ label: attack, description: attack }], several: false };
        for (const html of [
          render({ title: attack, detail: attack, diff: `@@\n+${attack}`, options: [{ id: 'x', label: attack }] }),
          render({ kind: 'question', title: attack, questions: [question] }),
        ]) {
          expect(html).not.toContain('<img');
          expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
        }
      }),
    );
  });
});

describe('a tool’s input on the card', () => {
  const text = (html: string) =>
    html
      .replace(/<[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
  const field = { path: ['to', 0, 'name'], text: 'a\u202eb\nc', length: 5 };

  it('is one field for each value, with its name, length and text', () => {
    const html = render({ tool: 'mcp__mail__send', fields: [field, { path: ['urgent'], text: 'true' }] });
    expect(text(html)).toContain('Tool: mcp__mail__send · 2 values');
    expect(text(html)).toContain('to › #1 › name5 characters, 2 linesa⟨U+202E⟩b\ncurgenttrue');
    expect(html).toContain('a<span class="asked-mark">⟨U+202E⟩</span>b');
    expect(buttonsOf(html)).toEqual([en.allowOnce, en.deny, en.denyWhy]);
  });

  it('is distinguished from text that spells a mark, and from empty text', () => {
    const html = render({
      fields: [
        { path: ['command'], text: '⟨U+202E⟩', length: 8 },
        { path: ['x'], text: '', length: 0 },
      ],
    });
    expect(html).toContain('<span class="asked-mark">⟨U+27E8⟩</span>U+202E⟩');
    expect(text(html)).toContain('xempty text');
  });

  it('replaces the plain text for older pages', () => {
    expect(text(render({ fields: [field], detail: 'to: something else' }))).not.toContain('something else');
  });

  it('with missing parts has their number, and can only be denied, whatever the options', () => {
    const missing = { characters: 1234, fields: 2 };
    const html = render({ fields: [{ ...field, length: 1005 }], missing });
    expect(text(html)).toContain('… and 1,000 more characters, which are not shown');
    expect(text(html)).toContain(en.card.missing(missing));
    expect(buttonsOf(html)).toEqual([en.deny, en.denyWhy]);
  });

  it('has no line break in a name, and no name that looks like two', () => {
    expect(text(render({ fields: [{ path: ['a\nb', 'c › d'], text: 'x', length: 1 }] }))).toContain(
      'a⟨U+000A⟩b › c › d',
    );
  });
});

describe('a question on the card', () => {
  const question = {
    question: 'Which\u200b?',
    header: 'Cases',
    several: false,
    options: [{ label: 'One\u202e', description: 'The first\u2066', preview: '┌─┐\n' }],
  };

  it('is shown with all details of its options', () => {
    const html = render({ kind: 'question', title: 'Which\u200b?', questions: [question] });
    for (const part of ['Cases', '<span class="asked-mark">⟨U+200B⟩</span>', '⟨U+202E⟩', '⟨U+2066⟩', '┌─┐']) {
      expect(html).toContain(part);
    }
    expect(buttonsOf(html)).toEqual([en.answer, en.noAnswer]);
  });

  it('that is incomplete can’t be answered', () => {
    const html = render({
      kind: 'question',
      title: 'Which?',
      questions: [question],
      missing: { characters: 9, fields: 0 },
    });
    expect(buttonsOf(html)).toEqual([en.noAnswer]);
    expect(html).not.toContain('type="text"');
    expect(html).toContain('<fieldset class="approval-question" disabled="">');
  });
});

describe('a diff', () => {
  const render = (text: string) => renderToStaticMarkup(<Diff text={text} />);
  const kinds = (text: string) =>
    [...render(text).matchAll(/<(span|ins|del)(?: class="([\w-]+)")?>/g)]
      .map(([, , name]) => name ?? '')
      .filter((name) => name !== 'diff-sign');

  it('marks each line as old, new or head', () => {
    expect(kinds('--- a\n+++ b\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n')).toEqual([
      'diff-head',
      'diff-head',
      'diff-head',
      '',
      'diff-old',
      'diff-new',
    ]);
  });

  it('does not take changed lines for heads', () => {
    expect(kinds('--- a\n+++ b\n@@ -1,2 +1,2 @@\n--- x\n+++ y\n+++ z\n one')).toEqual([
      'diff-head',
      'diff-head',
      'diff-head',
      'diff-old',
      'diff-new',
      'diff-new',
      '',
    ]);
  });

  it('recognises the heads of the next file', () => {
    expect(kinds('--- a\n+++ b\n@@ @@\n-x\n--- c\n+++ d\n@@ @@\n+y').slice(4)).toEqual([
      'diff-head',
      'diff-head',
      'diff-head',
      'diff-new',
    ]);
  });

  it('is shown to its last line, however long', () => {
    const text = Array.from({ length: 5000 }, (_, line) => `+line ${line}`).join('\n');
    expect(render(text).replace(/<[^>]*>/g, '')).toBe(text);
  });
});

describe('a decision in words', () => {
  const approval = { id: 'a', title: 'Run it?', kind: 'permission' } as const;
  const question = { ...approval, title: 'Which?', kind: 'question' } as const;

  it.each<[Decided, string, string]>([
    [{ approval, option: 'allow', by: 'user' }, 'Run it? – Allowed', 'Run it? – Erlaubt'],
    [{ approval, option: 'deny', by: 'user' }, 'Run it? – Denied', 'Run it? – Abgelehnt'],
    [{ approval, option: 'deny', by: 'user', message: 'no' }, 'Run it? – Denied – no', 'Run it? – Abgelehnt – no'],
    [
      { approval: question, option: 'x', by: 'user', answers: { 'Which?': 'This' } },
      'Which? – Answered – This',
      'Which? – Beantwortet – This',
    ],
    [
      { approval: { ...approval, title: '\u202eRun' }, option: 'allow', by: 'user' },
      '⟨U+202E⟩Run – Allowed',
      '⟨U+202E⟩Run – Erlaubt',
    ],
    [{ approval: question, option: 'deny', by: 'user' }, 'Which? – Not answered', 'Which? – Nicht beantwortet'],
    [{ approval: question, option: 'x', by: 'user' }, 'Which? – Answered', 'Which? – Beantwortet'],
    [{ approval, option: null, by: 'terminal' }, 'Run it? – Decided elsewhere', 'Run it? – Anderswo entschieden'],
    [
      { approval, option: 'deny', by: 'policy', message: 'for the agent' },
      'Run it? – Not allowed for you',
      'Run it? – Dir nicht erlaubt',
    ],
    [
      { approval, option: 'deny', by: 'timeout', message: 'for the agent' },
      'Run it? – Denied, because nobody decided in time',
      'Run it? – Abgelehnt, weil niemand entschieden hat',
    ],
  ])('%j', (decided, english, german) => {
    const words = [en, de].map((locale) => decidedWords(decided, locale));
    expect(words.map(({ what, verdict, more }) => [what, verdict, ...more].join(' – '))).toEqual([english, german]);
  });
});
