import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSplitter } from '../../src/web/chat/markdown/blocks.ts';
import { closeMarks } from '../../src/web/chat/markdown/close-marks.ts';

const split = (markdown: string) => createSplitter()(markdown);
const texts = (markdown: string) => split(markdown).map(({ text }) => text.trim());

/** Lines that open, continue and close every kind of block. */
const line = fc.constantFrom(
  '',
  '',
  'text',
  'more *text*',
  '# Heading',
  '## Other',
  '- item',
  '  continued',
  '    indented',
  '1. one',
  '2. two',
  '> quote',
  '```',
  '```ts',
  '~~~',
  '---',
  '===',
  '| a | b |',
  '|---|---|',
  '| 1 | 2 |',
  '<div>',
  '</div>',
  '<!--',
  '-->',
  '[ref]: https://example.org',
  'see [ref]',
  '[x]: a b',
  '- [ ] task',
  '***',
  '\t tab',
  '$$',
);
const document = fc.array(line, { maxLength: 25 }).map((lines) => lines.join('\n'));

describe('splitting Markdown', () => {
  it('splits at the outermost blocks', () => {
    expect(texts('# A\n\nb\nc\n\n- d\n\n  e\n- f\n\n```\ng\n\nh\n```')).toEqual([
      '# A',
      'b\nc',
      '- d\n\n  e\n- f',
      '```\ng\n\nh\n```',
    ]);
  });

  it('loses no text', () => {
    fc.assert(
      fc.property(document, (markdown) => {
        const words = (text: string) => text.replace(/\s+/g, '');
        const joined = split(markdown.replaceAll('[', '(')).map(({ text }) => text);
        expect(words(joined.join(''))).toBe(words(markdown.replaceAll('[', '(')));
      }),
    );
  });

  it('gives the same blocks however the text has grown', () => {
    fc.assert(
      fc.property(document, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (markdown, sizes) => {
        const grow = createSplitter();
        for (let at = 0, i = 0; at < markdown.length; i++) {
          at += sizes[i % sizes.length] as number;
          expect(grow(markdown.slice(0, at))).toEqual(split(markdown.slice(0, at)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('starts over when the text is replaced', () => {
    const splitter = createSplitter();
    splitter('one\n\ntwo\n\nthree');
    expect(splitter('four').map(({ text }) => text)).toEqual(['four']);
  });

  it('parses a long answer only near its end', () => {
    const paragraphs = Array.from({ length: 5000 }, (_, i) => `Paragraph ${i} with some *words*.`).join('\n\n');
    const splitter = createSplitter();
    const before = splitter(paragraphs);
    const after = splitter(`${paragraphs} More.`);
    expect(after.slice(0, -2).map(({ text }) => text)).toEqual(before.slice(0, -2).map(({ text }) => text));
    expect(after.at(-1)?.text).toBe('Paragraph 4999 with some *words*. More.');
  });

  it('adds the link definitions that a block refers to', () => {
    expect(texts('see [the page][p]\n\nno link\n\n[p]: https://example.org')).toEqual([
      'see [the page][p]\n\n[p]: https://example.org',
      'no link',
    ]);
  });
});

describe('the end of a growing answer', () => {
  const settled = (markdown: string) => closeMarks(split(markdown).at(-1) ?? { text: '', kind: 'paragraph' });

  it.each([
    ['an unfinished link', 'see [the pa', 'see'],
    ['a link without its target', 'see [the page](https://exam', 'see'],
    ['an image', 'see ![alt', 'see'],
    ['a bracket that may be a link', 'see [the page]', 'see'],
    ['a line that may underline a heading', 'Items:\n-', 'Items:'],
    ['a bullet without its item', '- one\n- ', '- one'],
    ['a task without its box', '- one\n- [', '- one'],
    ['a number without its item', '1. one\n2.', '1. one'],
    ['a table without its second line', 'text\n| a | b |', 'text'],
    ['a table with half of its second line', '| a | b |\n|--', ''],
    ['a row without its cells', '| a | b |\n|---|---|\n|', '| a | b |\n|---|---|'],
    ['an opening fence', 'text\n``', 'text'],
  ])('holds back %s', (_, markdown, expected) => {
    expect(settled(markdown)).toBe(expected);
  });

  it.each([
    ['bold', 'a **bold', 'a **bold**'],
    ['half of its closing', 'a **bold*', 'a **bold**'],
    ['bold with nothing in it yet', 'a **', 'a'],
    ['code', 'a `code', 'a `code`'],
    ['code with asterisks', 'a `x ** y', 'a `x ** y`'],
    ['only what is open', '**a** and **b', '**a** and **b**'],
  ])('closes %s', (_, markdown, expected) => {
    expect(settled(markdown)).toBe(expected);
  });

  it.each([
    'plain text',
    'a **bold** word',
    'see [the page](https://example.org) there',
    '```ts\nconst a = [',
    '- one\n\n  ```\n  x **',
    '| a | b |\n|---|---|\n| 1 |',
    '| a | b |\n|---|---|',
  ])('leaves %j as it is', (markdown) => {
    expect(settled(markdown)).toBe(markdown);
  });

  it('never shows text that is not there, except closing marks', () => {
    fc.assert(
      fc.property(document, (markdown) => {
        const block = split(markdown).at(-1) ?? { text: '', kind: 'paragraph' };
        const shown = closeMarks(block).replace(/(?:\*\*|`)$/, '');
        expect(block.text.startsWith(shown)).toBe(true);
      }),
    );
  });
});
