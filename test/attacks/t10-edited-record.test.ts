/**
 * T10. A database administrator wants to change the audit log: that a question was never asked, that another person
 * asked it, that the answer was different, that an administrator never looked. They write to the table,
 * remove the triggers first, remove rows in the middle or at the end, reorder or insert rows, edit
 * a question in the turns, or compute all hashes anew.
 *
 * Verified against the real store and command line: triggers refuse UPDATE and DELETE; after each of these edits,
 * `paliadin audit verify` fails and names the first broken row; deleting a user's data through Paliadin leaves the
 * chain valid. Somebody who computes all hashes anew and also writes the note of where the log ends, which lies
 * outside the database, is detected only with a head that somebody kept elsewhere.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedStore } from '../../scripts/seed-data/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { cliEnv, runCli } from '../cli/run-cli.ts';

const root = mkdtempSync(join(tmpdir(), 'paliadin-t10-'));
const untouched = join(root, 'untouched');
let victim = '';
let head = '';

beforeAll(async () => {
  mkdirSync(untouched, { mode: 0o700 });
  const past = { turns: 40, users: 4, days: 5, seed: 7, now: Date.UTC(2026, 5, 10) };
  await seedStore(join(untouched, 'paliadin.db'), past);
  const store = await openSqliteStore(join(untouched, 'paliadin.db'));
  victim = (await store.users.list()).at(-1)?.subject ?? '';
  await store.close();
  const kept = await cli(untouched, 'audit', 'head');
  head = kept.stdout.trim();
  expect(head).toMatch(/^\d+:[0-9a-f]{64}$/);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('T10: triggers refuse every change and removal of an audit row', async () => {
  const file = copy('refused');
  const db = new DatabaseSync(join(file, 'paliadin.db'));
  for (const statement of [
    `update audit_log set actor = 'nobody' where seq = 5`,
    `update audit_log set seq = 999 where seq = 5`,
    'delete from audit_log where seq = 5',
    'delete from audit_log',
    `insert or replace into audit_log select * from audit_log where seq = 5`,
  ]) {
    expect(() => db.exec(statement), statement).toThrow(/only added to|UNIQUE constraint/);
  }
  db.close();
  expect(await verify(file)).toMatchObject({ code: 0, stdout: expect.stringContaining('whole') });
}, 30_000);

const NO_TRIGGERS = 'drop trigger audit_log_no_update; drop trigger audit_log_no_delete;';
const edits: [name: string, statement: string, firstBroken: number][] = [
  ['another person asked', `update audit_log set actor = 'nobody' where seq = 11`, 11],
  ['a moment later', 'update audit_log set at = at + 1 where seq = 12', 12],
  ['a role that was another', `update audit_log set detail = '{"role":"member"}' where seq = 2`, 2],
  ['the hash of an answer', `update audit_log set content_hash = '${'0'.repeat(64)}' where seq = 13`, 13],
  ['a row in the middle is gone', 'delete from audit_log where seq = 20', 20],
  [
    'several rows are gone, and those after them moved up',
    'delete from audit_log where seq = 20; update audit_log set seq = seq - 1 where seq > 20',
    20,
  ],
  [
    'two rows changed places',
    'update audit_log set seq = -1 where seq = 30; update audit_log set seq = 30 where seq = 31; update audit_log set seq = 31 where seq = -1',
    30,
  ],
  ['the first row is gone', 'delete from audit_log where seq = 1', 1],
  ['all rows are gone', 'delete from audit_log', 1],
  ['the last five rows are gone', 'delete from audit_log where seq > (select max(seq) - 5 from audit_log)', -4],
  [
    'a question was another one',
    `update turns set message = 'harmless' where turn_id = (select turn_id from audit_log where action = 'turn.accepted' order by seq limit 1)`,
    0,
  ],
  [
    'an answer was another one',
    `update turns set response = 'harmless' where turn_id = (select turn_id from audit_log where action = 'turn.completed' order by seq limit 1)`,
    0,
  ],
];

test.each(edits)(
  'T10: %s: verify names the first broken row',
  async (name, statement, firstBroken) => {
    const directory = copy(name.replaceAll(/\W/g, '-'));
    const db = new DatabaseSync(join(directory, 'paliadin.db'));
    const last = Number(db.prepare('select max(seq) as seq from audit_log').get()?.seq);
    const seqOf = (action: string) =>
      Number(db.prepare('select min(seq) as seq from audit_log where action = ?').get(action)?.seq);
    const asked = name.startsWith('a question') ? 'turn.accepted' : 'turn.completed';
    const expected = firstBroken === 0 ? seqOf(asked) : firstBroken < 0 ? last + firstBroken : firstBroken;
    db.exec(NO_TRIGGERS + statement);
    db.close();
    const { code, stdout } = await verify(directory);
    expect([code, stdout]).toEqual([1, expect.stringContaining(`row ${expected}: `)]);
  },
  30_000,
);

test('T10: removed last rows are detected even when the database’s own head was set back', async () => {
  const directory = copy('tail');
  const db = new DatabaseSync(join(directory, 'paliadin.db'));
  const last = Number(db.prepare('select max(seq) as seq from audit_log').get()?.seq);
  db.exec(`${NO_TRIGGERS} delete from audit_log where seq > ${last - 3};
    update audit_head set seq = ${last - 3}, hash = (select hash from audit_log where seq = ${last - 3})`);
  db.close();
  const noted = await verify(directory);
  expect(noted).toMatchObject({ code: 1, stdout: expect.stringContaining(`row ${last - 2}: it is missing`) });
  rmSync(join(directory, 'audit-head'));
  expect(await verify(directory, '--head', head)).toMatchObject({ code: 1 });
}, 30_000);

test('T10: a recomputed chain is detected by the note of its head, or by a head kept elsewhere', async () => {
  const directory = copy('anew');
  forge(join(directory, 'paliadin.db'));
  const noted = await verify(directory);
  expect(noted).toMatchObject({ code: 1, stdout: expect.stringContaining('made anew') });
  // Whoever can write the note as well is found out by a head that somebody kept.
  rmSync(join(directory, 'audit-head'));
  expect(await verify(directory)).toMatchObject({ code: 0 });
  writeFileSync(join(directory, 'audit-head'), (await cli(directory, 'audit', 'head')).stdout);
  expect(await verify(directory, '--head', head)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('made anew'),
  });
}, 30_000);

test('T10: deleting a user’s data leaves the chain valid', async () => {
  const directory = copy('deleted');
  const refused = await cli(directory, 'user', 'delete', victim);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('--yes')]);
  const gone = await cli(directory, 'user', 'delete', victim, '--yes');
  expect([gone.code, gone.stdout]).toEqual([0, expect.stringContaining(`deleted ${victim}`)]);
  const whole = await verify(directory, '--head', head);
  expect([whole.code, whole.stdout]).toEqual([0, expect.stringContaining('whole')]);
}, 60_000);

function copy(name: string): string {
  const directory = join(root, name);
  cpSync(untouched, directory, { recursive: true });
  return directory;
}

function verify(directory: string, ...args: string[]) {
  return cli(directory, 'audit', 'verify', ...args);
}

function cli(directory: string, ...args: string[]) {
  return runCli(cliEnv({ stateDir: directory }, { PALIADIN_AGENT: 'none' }), ...args);
}

/** As somebody does it who has read the source: one row says something else, and each hash is right again. */
function forge(file: string): void {
  const db = new DatabaseSync(file);
  db.exec(`${NO_TRIGGERS} update audit_log set actor = 'nobody' where seq = 11`);
  let previous = '';
  for (const row of db.prepare('select * from audit_log order by seq').all()) {
    const { seq, at, actor, action, subject, turn_id, detail, content_hash } = row;
    const said = JSON.stringify([seq, at, actor, action, subject, turn_id, detail, content_hash, previous]);
    const hash = createHash('sha256').update(said).digest('hex');
    db.prepare('update audit_log set previous = ?, hash = ? where seq = ?').run(previous, hash, seq as number);
    previous = hash;
  }
  db.prepare('update audit_head set hash = ?').run(previous);
  db.close();
}
