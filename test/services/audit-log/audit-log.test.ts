import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { formatHead, parseHead } from '../../../src/services/audit-log/head.ts';
import type { KnownHead } from '../../../src/services/audit-log/verify.ts';
import { take } from '../../../src/services/pages.ts';
import { hashRow } from '../../../src/store/chain.ts';
import { temporarySqliteStore } from '../../store/temporary-store.ts';
import { aToken } from '../../support/credentials.ts';
import { servicesOf } from '../test-services.ts';

const OLGA = { id: '5b0f4f0e-6b6a-4d0a-9a58-0d5c0f0a4b11', role: 'owner' } as const;

async function aLog() {
  const { store, file } = await temporarySqliteStore();
  for (const subject of ['anna', 'bert', 'carl']) await aToken(store, subject);
  const noted: { head: KnownHead | null } = { head: null };
  const { auditLog } = servicesOf(store, { notedHead: () => noted.head });
  const end = await auditLog.head();
  if (end === null) throw new Error('nothing is on record');
  return { store, file, noted, auditLog, end };
}

/** Takes the last row away, and has the log end before it. */
function cut(file: string): void {
  const db = new DatabaseSync(file);
  db.exec('drop trigger audit_log_no_delete');
  db.exec('delete from audit_log where seq = (select max(seq) from audit_log)');
  db.exec('update audit_head set (seq, hash) = (select seq, hash from audit_log order by seq desc limit 1)');
  db.close();
}

/** Changes the last row, and computes its hash anew. */
function forge(file: string): void {
  const db = new DatabaseSync(file);
  db.exec('drop trigger audit_log_no_update');
  const row = db.prepare('select * from audit_log order by seq desc limit 1').get() as Record<string, never>;
  const { turn_id: turnId, content_hash: contentHash, hash: _, ...rest } = row;
  const hash = hashRow({ ...rest, turnId, contentHash, actor: 'nobody' } as unknown as Parameters<typeof hashRow>[0]);
  db.prepare("update audit_log set actor = 'nobody', hash = ? where seq = ?").run(hash, row.seq ?? 0);
  db.prepare('update audit_head set hash = ?').run(hash);
  db.close();
}

test.each([true, false])('a truncated log is detected by the note of its end, full walk: %s', async (full) => {
  const { file, noted, auditLog, end } = await aLog();
  noted.head = { head: end, source: 'the note' };
  expect(await auditLog.verify({ full })).toMatchObject({ intact: true, broken: null, problems: [], noted: end });
  cut(file);
  noted.head = null;
  expect(await auditLog.verify({ full: true })).toMatchObject({ intact: true, noted: null });
  noted.head = { head: end, source: 'the note' };
  const why = `it is missing, and all after it: the note says that the log reached ${end.seq}`;
  expect(await auditLog.verify({ full })).toMatchObject({ intact: false, broken: { seq: end.seq, why } });
});

test('a recomputed chain does not contain a head kept elsewhere', async () => {
  const { file, auditLog, end } = await aLog();
  forge(file);
  expect(await auditLog.verify({ full: true })).toMatchObject({ intact: true });
  const report = await auditLog.verify({ full: true, contains: { head: end, source: 'a letter' } });
  expect(report).toMatchObject({
    intact: false,
    problems: [{ seq: end.seq, why: expect.stringContaining('a letter says another hash') }],
  });
});

test('a formatted head is parsed again, and anything else is rejected', () => {
  const head = { seq: 1284, hash: '9f'.repeat(32) };
  expect(parseHead(formatHead(head))).toEqual(head);
  for (const text of ['', '1284', `x:${head.hash}`, `1284:${head.hash}0`, `1284:${head.hash.toUpperCase()}`]) {
    expect(parseHead(text)).toBeNull();
  }
});

test('an export is recorded before its first row is read, and is itself the first row', async () => {
  const { auditLog, end } = await aLog();
  const rows = await take(await auditLog.export(OLGA, {}, 'csv'), 2);
  expect(rows).toMatchObject([
    { seq: end.seq + 1, action: 'read.audit', actor: { id: OLGA.id, name: '' }, detail: { exported: 'csv' } },
    { seq: end.seq },
  ]);
});
