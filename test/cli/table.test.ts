import { expect, test } from 'vitest';
import { table } from '../../src/cli/table.ts';

test('columns are as wide as their widest cell, and nothing trails', () => {
  expect(
    table(
      ['a', 'long head', 'c'],
      [
        ['wide cell', 'x', ''],
        ['', 'y', 'z'],
      ],
    ),
  ).toEqual(['a          long head  c', 'wide cell  x', '           y          z']);
});

test('columns are counted as a terminal draws them', () => {
  expect(
    table(
      ['a', 'b'],
      [
        ['日本', 'x'],
        ['abc', 'y'],
        ['e\u0301', 'z'],
      ],
    ),
  ).toEqual(['a     b', '日本  x', 'abc   y', 'e\u0301     z']);
});

test('without rows there is a head', () => {
  expect(table(['a', 'b'], [])).toEqual(['a  b']);
});

test('no cell can play tricks on the terminal', () => {
  const lines = table(['name'], [['\u001b[2J\u001b]0;x\u0007'], ['\u009b31m\u007f\u0000'], ['two\nlines\tand\rmore']]);
  expect(lines).toEqual(['name', '\\x1b[2J\\x1b]0;x\\x07', '\\x9b31m\\x7f\\x00', 'two\\x0alines\\x09and\\x0dmore']);
});
