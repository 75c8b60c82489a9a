/** The skill: its examples are what we write and read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseChip } from '../../src/contract/chips.ts';
import { countChips } from '../../src/contract/count-chips.ts';
import { composePrompt, parseEnvelope } from '../../src/contract/envelope.ts';
import { splitTrailer } from '../../src/contract/trailer.ts';

const SKILL = join(import.meta.dirname, '..', '..', 'skill');
const text = read('skills/paliadin/SKILL.md');
const blocks = [...text.matchAll(/^```\n(.*?)^```$/gms)].map(([, block = '']) => block);

describe('the example message', () => {
  const example = only(blocks.filter((block) => block.startsWith('[PALIADIN:'))).trimEnd();

  test('begins with an envelope that has every field', () => {
    const { envelope, message } = parseEnvelope(example) ?? {};
    expect(envelope).toEqual({
      turnId: expect.any(String),
      pageOrigin: 'https://app.example/cases',
      locale: 'de',
      replyFile: '/a/path/name.md',
    });
    expect(message).toContain('Which of these are overdue?');
    for (const name of ['page', 'locale', 'reply']) expect(text).toMatch(new RegExp(`^ {2}- \`${name}\` is `, 'm'));
  });

  test('is what composePrompt writes', () => {
    const { envelope } = parseEnvelope(example) ?? {};
    if (envelope === undefined) throw new Error('the example has no envelope');
    const typed = composePrompt(envelope, 'Which of these are overdue?', 'Cases, filtered by: mine\n…');
    expect(typed).toBe(example);
  });
});

test('the example trailer is read, with all its fields', () => {
  const trailer = only(blocks.filter((block) => block.startsWith('<!-- paliadin')));
  expect(splitTrailer(`An answer.\n\n${trailer}`)).toEqual({
    body: 'An answer.',
    meta: { usedTools: ['cases.search'], rowsSeen: 12, classifierTag: 'lookup' },
    malformed: false,
  });
  for (const field of Object.keys(JSON.parse(trailer.slice('<!-- paliadin'.length, trailer.indexOf('-->'))))) {
    expect(text).toMatch(new RegExp(`^- \`${field}\`: `, 'm'));
  }
});

test('the example chips are chips', () => {
  const links = [...text.matchAll(/^- `(\[[^\]]+\]\(([^)]+)\))`/gm)];
  expect(links.map(([, link = '']) => countChips(link))).toEqual([1, 1]);
  expect(links.map(([, , target = '']) => parseChip(target))).toEqual([
    { kind: 'app', path: '/cases/42' },
    { kind: 'ask', question: 'Show the overdue ones' },
  ]);
});

test('the plugin has one name, and its description says when to load the skill', () => {
  const [, name, description = ''] = /^---\nname: (.*)\ndescription: (.*)\n---\n/.exec(text) ?? [];
  expect(name).toBe('paliadin');
  expect(JSON.parse(read('.claude-plugin/plugin.json')).name).toBe(name);
  expect(description).toContain('"[PALIADIN:"');
  // More of it Claude Code does not take.
  expect(description.length).toBeLessThanOrEqual(1024);
});

test('the example for a test by hand is a valid message', () => {
  const example = only(
    [...read('README.md').matchAll(/^```\n(\[PALIADIN:.*?)^```$/gms)].map(([, block = '']) => block),
  );
  expect(parseEnvelope(example)).toMatchObject({ envelope: { locale: 'en', replyFile: '/tmp/answer.md' } });
});

function read(path: string): string {
  return readFileSync(join(SKILL, path), 'utf8');
}

function only(found: string[]): string {
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}
