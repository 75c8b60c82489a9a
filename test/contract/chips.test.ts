/** Chips: recognised by their schemes, counted where a reader would see them. */
import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { parseChip } from '../../src/contract/chips.ts';
import { countChips } from '../../src/contract/count-chips.ts';

describe('parsing a link as a chip', () => {
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

describe('counting chips', () => {
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
    ['pictures that are none', '!~a'.repeat(80_000)],
    ['strikes, brackets and stars', '*[(~'.repeat(60_000)],
    ['code that never ends', '``\\'.repeat(80_000)],
    ['tags that never end', '~<!a'.repeat(60_000)],
    ['links that never end', '[a](app:/'.repeat(25_000)],
    ['links in links', `${'['.repeat(60_000)}](x)`],
  ])('takes linear time: %s', (_what, markdown) => {
    expect(countChips(`[a](app:/1)\n\n${markdown}`)).toBe(1);
  });

  const signs = [...'!~a `*_[]()<>#|-=\\&;:\n\t1.+"', '](app:/', '](', '[a]: app:/b'];
  test('takes bounded time for any repeated pattern', () => {
    const patterns = fc.array(fc.constantFrom(...signs), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(patterns, (pattern) => {
        countChips(`app:${pattern.join('').repeat(20_000)}`);
      }),
      { numRuns: 100 },
    );
  });

  test('finds the same chips as a Markdown parser', () => {
    const piece = fc.constantFrom(
      '[a](app:/1)',
      '[b](ask:more%20of%20it "why")',
      '[c](<app:/1 2>)',
      '[d](https://x.example/(y))',
      '![e](app:/1)',
      '`[f](app:/1)`',
      '``[g](app:/1)` ``',
      '\\[h](app:/1)',
      '[i [j](app:/1) k](app:/2)',
      '[![l](x.png)](app:/1)',
      '[m]',
      '[n][m]',
      '[o](app:/1 2)',
      '**[p](app:/1)**',
      'words',
      '[q] (app:/1)',
      '[r](app:/1',
      '(app:/1)',
      '[`]`](app:/1)',
    );
    const line = fc.tuple(fc.constantFrom('', '', '- ', '> ', '1. ', '# ', '> > '), fc.array(piece, { maxLength: 3 }));
    const text = fc.array(
      fc.oneof(
        line.map(([start, pieces]) => start + pieces.join(' ')),
        fc.constantFrom('', '```\n[s](app:/1)\n```'),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(text, (lines) => {
        const markdown = `${lines.join('\n')}\n\n[m]: app:/m`;
        let found = 0;
        marked.walkTokens(marked.lexer(markdown), (token) => {
          if (token.type === 'link' && parseChip(token.href) !== null) found++;
        });
        expect(countChips(markdown)).toBe(found);
      }),
      { numRuns: 1000 },
    );
  });
});
