/** Which requests of an agent need nobody: those that only read what came with a question. */
import { expect, test } from 'vitest';
import { readsOnlyBelow } from '../../../../src/host/agents/acp/permission.ts';
import { NO_CALL } from '../../../../src/host/agents/acp/tools.ts';

const FILES = '/state/sessions/one/files';
const read = { ...NO_CALL, kind: 'read' as const };
const other = { ...NO_CALL, kind: 'other' as const };

test.each([
  ['a read of a file there', NO_CALL, { ...read, input: { file_path: `${FILES}/t/1.txt`, limit: 5 } }, true],
  [
    'the directory of a read',
    read,
    { ...other, input: { filepath: `${FILES}/t/1.txt`, parentDir: `${FILES}/t` } },
    true,
  ],
  ['another file', NO_CALL, { ...read, input: { file_path: '/etc/passwd' } }, false],
  ['a path that leads out', NO_CALL, { ...read, input: { file_path: `${FILES}/../../two/files/1` } }, false],
  ['a name that only begins alike', NO_CALL, { ...read, input: { file_path: `${FILES}-of-two/1` } }, false],
  ['a file there and another', NO_CALL, { ...read, input: { file_path: `${FILES}/1`, more: '/etc/passwd' } }, false],
  ['a path within a list', NO_CALL, { ...read, input: { paths: [`${FILES}/1`] } }, false],
  ['no path', NO_CALL, { ...read, input: {} }, false],
  [
    'a change of a file there',
    NO_CALL,
    { ...NO_CALL, kind: 'edit' as const, input: { file_path: `${FILES}/1` } },
    false,
  ],
  ['the directory of a change', { ...NO_CALL, kind: 'edit' as const }, { ...read, input: { p: `${FILES}/1` } }, false],
  ['a command', NO_CALL, { ...NO_CALL, kind: 'execute' as const, input: { command: `${FILES}/1` } }, false],
])('%s', (_what, before, call, needsNobody) => {
  expect(readsOnlyBelow(FILES, before, call)).toBe(needsNobody);
});
