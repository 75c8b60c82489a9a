/** Chips: known by their schemes, counted where a reader would see them. */
import { describe, expect, test } from 'vitest';
import { countChips, parseChip } from '../../src/contract/chips.ts';

describe('a link', () => {
  test.each([
    ['app:/cases/42', { kind: 'app', path: '/cases/42' }],
    ['app:', { kind: 'app', path: '' }],
    ['ask:Show%20the%20overdue%20ones', { kind: 'ask', question: 'Show the overdue ones' }],
    ['ask:100%', { kind: 'ask', question: '100%' }],
    ['ask:%E0%A4', { kind: 'ask', question: '%E0%A4' }],
    ['https://example.com/', null],
    ['application:/x', null],
    ['APP:/x', null],
    ['javascript:app:', null],
    ['', null],
  ])('%s', (href, chip) => {
    expect(parseChip(href)).toEqual(chip);
  });
});

describe('counting', () => {
  test.each([
    ['nothing', '', 0],
    ['ordinary links', '[a](https://a) and app: and ask: alone', 0],
    ['one of each', '[Müller v. Bosch](app:/cases/42), [More](ask:More)', 2],
    [
      'in lists, tables, quotes and headings',
      '# [a](app:/1)\n- [b](app:/2)\n> [c](app:/3)\n\n|x|\n|-|\n|[d](app:/4)|',
      4,
    ],
    ['emphasised', '**[a](app:/1)** _[b](ask:b)_ ~~[c](app:/c)~~ [*d* e_f_](app:/d)', 4],
    ['by reference', '[a][one] and [one]\n\n[one]: app:/cases/1', 2],
    ['in a code span', '`[a](app:/1)`', 0],
    ['in a fenced block', '```md\n[a](app:/1)\n```\n~~~\n[b](app:/1)\n~~~', 0],
    ['in an indented block', 'Like this:\n\n    [a](app:/1)', 0],
    ['in an unfinished block', '```\n[a](app:/1)', 0],
    ['escaped', '\\[a](app:/1)', 0],
    ['an image', '![a](app:/1)', 0],
    ['in a list with stars', '* [a](app:/1)\n* [b](app:/2)', 2],
  ])('%s', (_what, markdown, count) => {
    expect(countChips(markdown)).toBe(count);
  });

  // What each of these once cost: the stack, all memory, or minutes.
  test.each([
    ['quotes in quotes', '>'.repeat(5000)],
    ['lines of them', `${'>'.repeat(800)}a\n`.repeat(60)],
    ['lists in lists', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(2 * depth)}- a`).join('\n')],
    ['lists on one line', '- '.repeat(20_000)],
    ['emphasis without end', '_a__b'.repeat(20_000)],
    ['brackets', '['.repeat(100_000)],
    ['a megabyte', 'words app: and more words\n'.repeat(40_000)],
  ])('is done in time: %s', (_what, markdown) => {
    expect(countChips(`[a](app:/1)\n\n${markdown}`)).toBe(1);
  });
});
