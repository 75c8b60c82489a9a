/** Everything printed to a terminal goes through one function, which escapes control characters. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const SOURCES = path.join(import.meta.dirname, '..', '..', 'src');

/** What names the standard streams, and how many lines of it do: none of the others is read by a person as it is. */
const NAMING: Record<string, number> = {
  // The one function.
  'process/terminal.ts': 1,
  // Hands them to the one function.
  'cli/cli.ts': 2,
  // To whoever started it, a program: that it is ready.
  'daemon/run-daemon.ts': 2,
  'daemon/run-relay.ts': 2,
  // To the gateway, over ssh: the protocol.
  'shim/shim.ts': 1,
  'setup/on-host/serve.ts': 2,
  // To an editor: the protocol.
  'cli/commands/acp.ts': 1,
  // Asks whether it is a terminal, or hands it to the one function.
  'cli/commands/start.ts': 1,
  'cli/commands/host/add.ts': 2,
  'cli/commands/host/remove.ts': 1,
};

test('everything is printed through one function', () => {
  const files = fs
    .readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'));
  // The demo agent draws its own terminal; the page has none.
  const server = files.filter((file) => file.endsWith('.ts') && !/^(demo|web)\//.test(file));
  expect(server.length).toBeGreaterThan(200);
  const found = server.flatMap((file) => {
    const lines = fs.readFileSync(path.join(SOURCES, file), 'utf8').split('\n');
    const naming = lines.filter((line) => NAMES_A_STREAM.test(line) && !/^\s*(\/?\*|\/\/)/.test(line));
    return naming.length === 0 ? [] : [[file, naming.length]];
  });
  expect(Object.fromEntries(found)).toEqual(NAMING);
});

test('loggers are created in one place, which escapes each line', () => {
  const files = fs.readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const opening = files.filter((file) => /\bpino[.(]/.test(fs.readFileSync(path.join(SOURCES, file), 'utf8')));
  expect(opening).toEqual([path.join('process', 'log.ts')]);
});

const NAMES_A_STREAM =
  /\bconsole\.\w+\(|\b(?:process|io)\s*(?:\.|\?\.|\[['"])\s*(?:stdout|stderr)|\{[^}]*\bstd(?:out|err)\b[^}]*\}\s*=\s*process|openSync\('\/dev\/tty|writeSync\(\s*[12]\b/;
