import { expect, test } from 'vitest';
import { table } from '../../src/cli/table.ts';

test('columns are as wide as their widest cell, without trailing spaces', () => {
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

test('column widths count terminal cells, not characters', () => {
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

test('a table without rows has its header', () => {
  expect(table(['a', 'b'], [])).toEqual(['a  b']);
});

test('control characters in a cell are escaped', () => {
  const lines = table(['name'], [['\u001b[2J\u001b]0;x\u0007'], ['\u009b31m\u007f\u0000'], ['two\nlines\tand\rmore']]);
  expect(lines).toEqual(['name', '\\x1b[2J\\x1b]0;x\\x07', '\\x9b31m\\x7f\\x00', 'two\\x0alines\\x09and\\x0dmore']);
});
