import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGroups, createLines } from '../../src/web/chat/markdown/code-lines.ts';
import { readFence } from '../../src/web/chat/markdown/fence.ts';
import { openColourer } from '../../src/web/chat/markdown/shiki.ts';

describe('a fenced block', () => {
  it.each([
    ['```sql\nSELECT 1\n```', 'SELECT 1', 'sql'],
    ['```\na\n\nb\n```\n', 'a\n\nb', null],
    ['~~~ts title="x"\na\n```\n~~~', 'a\n```', 'ts'],
    ['````md\n```\nx\n```\n````', '```\nx\n```', 'md'],
    ['```js\nlet a', 'let a', 'js'],
    ['```js\nlet a\n', 'let a', 'js'],
    ['```js', '', 'js'],
    ['```\n```', '', null],
    ['  ```\n  a\n    b\n  ```', 'a\n  b', null],
    ['```\n``\n', '``', null],
  ])('%j is read', (block, code, language) => {
    expect(readFence(block)).toEqual({ code, language });
  });

  it('is not what is indented', () => {
    expect(readFence('    a')).toBeNull();
  });
});

describe('code that grows', () => {
  const code = fc
    .array(fc.constantFrom('const a = 1;', '', '/* open', '*/', '`text', '}`', "'x'"))
    .map((l) => l.join('\n'));

  it('keeps its finished lines as they are', () => {
    const toLines = createLines();
    const toGroups = createGroups();
    const long = Array.from({ length: 500 }, (_, i) => `line ${i}`).join('\n');
    const before = toGroups(toLines(long));
    const after = toGroups(toLines(`${long} more\nnext`));
    expect(after.map((group, index) => group === before[index])).toEqual([...Array(9).fill(true), false, false]);
    expect(after.at(-1)).toEqual([[{ text: 'next', kind: null }]]);
  });

  it('has the colours that it has when it comes at once', async () => {
    const growing = await openColourer('ts');
    const text = '/* a\nb */ const c = `\n' + '$' + '{1}`';
    const whole = (await openColourer('ts'))?.take(text);
    for (let at = 1; at < text.length; at++) growing?.take(text.slice(0, at));
    expect(growing?.take(text)).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(code, fc.nat(), async (text, at) => {
        const grown = await openColourer('ts');
        grown?.take(text.slice(0, at % (text.length + 1)));
        expect(grown?.take(text)).toEqual((await openColourer('ts'))?.take(text));
      }),
      { numRuns: 30 },
    );
  });

  it('starts over when it is replaced', async () => {
    const colourer = await openColourer('ts');
    colourer?.take('const a\nconst b');
    expect(colourer?.take('let')).toEqual([[{ text: 'let', kind: 'keyword' }]]);
    expect(await openColourer('klingon')).toBeNull();
  });
});
