import { setImmediate } from 'node:timers/promises';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { AuditEntry, AuditHead, AuditRow, ChainCheck } from '../../contract/records/audit-log.ts';
import type { Turn } from '../../contract/records/turn.ts';
import type { AuditStore } from '../audit-store.ts';
import { hashContent, hashRow } from '../chain.ts';
import type { Schema } from './schema.ts';

/** An entry, and the text that it is about, of which only a hash is stored. */
export type Recorded = AuditEntry & { content?: { salt: string; said: readonly (string | null)[] } | undefined };

export function auditQueries(db: Kysely<Schema>): AuditStore {
  return {
    async append(entries) {
      await db.transaction().execute((trx) => record(trx, entries));
    },

    async list({ userId, ...page }) {
      if (userId === undefined) return (await listRows(db, page, null)).map(fromRow);
      // Each condition has an index of its own; with "or", SQLite would sort all rows of both.
      const found = await Promise.all([listRows(db, page, ['actor', userId]), listRows(db, page, ['subject', userId])]);
      return together(found).sort(newestFirst(page)).slice(0, page.limit).map(fromRow);
    },

    async ofUser(userId, { after, limit }) {
      const rowsWith = (column: 'actor' | 'subject') =>
        db
          .selectFrom('auditLog')
          .selectAll()
          .where(column, '=', userId)
          .where('seq', '>', after)
          .orderBy('seq')
          .limit(limit)
          .execute();
      return together(await Promise.all([rowsWith('actor'), rowsWith('subject')]))
        .sort((one, other) => one.seq - other.seq)
        .slice(0, limit)
        .map(fromRow);
    },

    head: () => headOf(db),

    async verify({ after, contents }) {
      return await walk(db, after ?? START, contents);
    },
  };
}

/** Each row once. */
function together(found: readonly Stored[][]): Stored[] {
  return [...new Map(found.flat().map((row) => [row.seq, row])).values()];
}

type Page = Omit<Parameters<AuditStore['list']>[0], 'userId'>;

async function listRows(
  db: Kysely<Schema>,
  { action, turnId, from, to, before, limit }: Page,
  of: ['actor' | 'subject', string] | null,
): Promise<Stored[]> {
  let query = db.selectFrom('auditLog').selectAll();
  if (of !== null) query = query.where(of[0], '=', of[1]);
  if (action !== undefined) query = query.where('action', '=', action);
  if (turnId !== undefined) query = query.where('turnId', '=', turnId);
  if (from === undefined && to === undefined) {
    if (before !== undefined) query = query.where('seq', '<', before);
    return await query.orderBy('seq', 'desc').limit(limit).execute();
  }
  // By time, which has an index; later rows have later times, except for small differences.
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  const last = before === undefined ? undefined : await rowAt(db, before);
  if (last !== undefined) {
    const { seq, at } = last;
    query = query.where('at', '<=', at).where((is) => is.or([is('at', '<', at), is('seq', '<', seq)]));
  }
  return await query.orderBy('at', 'desc').orderBy('seq', 'desc').limit(limit).execute();
}

function newestFirst({ from, to }: Page): (one: Stored, other: Stored) => number {
  if (from === undefined && to === undefined) return (one, other) => other.seq - one.seq;
  return (one, other) => other.at - one.at || other.seq - one.seq;
}

/** Adds entries in their order, each with the hash of the one before. Runs in the caller's transaction. */
export async function record(db: Transaction<Schema>, entries: readonly Recorded[]): Promise<void> {
  if (entries.length === 0) return;
  // Writes first: a concurrent writer waits here, and continues from where this one ends.
  const head = await db
    .updateTable('auditHead')
    .set((eb) => ({ seq: eb('seq', '+', entries.length) }))
    .returning(['seq', 'hash'])
    .executeTakeFirstOrThrow();
  let seq = Number(head.seq) - entries.length;
  let previous = head.hash;
  const rows = entries.map(({ content, detail, ...entry }) => {
    const contentHash = content === undefined ? null : hashContent(content.salt, content.said);
    const row = { ...pick(entry), seq: ++seq, detail: JSON.stringify(detail), contentHash, previous };
    const hash = hashRow(row);
    previous = hash;
    return { ...row, hash };
  });
  await db.insertInto('auditLog').values(rows).execute();
  await db.updateTable('auditHead').set({ hash: previous }).execute();
}

const START: AuditHead = { seq: 0, hash: '' };

function pick({ at, actor, action, subject, turnId }: Omit<AuditEntry, 'detail'>) {
  return { at, actor, action, subject, turnId };
}

async function headOf(db: Kysely<Schema>): Promise<AuditHead | null> {
  const head = await db.selectFrom('auditHead').select(['seq', 'hash']).executeTakeFirst();
  return head === undefined || head.seq === 0 ? null : head;
}

/** In pages, so that the gateway can do other work in between. */
async function walk(db: Kysely<Schema>, after: AuditHead, contents: boolean): Promise<ChainCheck> {
  let good = after;
  let rows = 0;
  const broken = (seq: number, why: string): ChainCheck => ({
    head: good.seq === 0 ? null : good,
    rows,
    broken: { seq, why },
  });
  for (;;) {
    const page = await pageAfter(db, good.seq);
    for (const row of page) {
      if (row.seq !== good.seq + 1) return broken(good.seq + 1, `it is missing: after ${good.seq} comes ${row.seq}`);
      if (row.previous !== good.hash) return broken(row.seq, 'it does not continue the row before it');
      if (row.hash !== hashRow(row)) return broken(row.seq, 'it is not what was written');
      const differs = contents ? await textDiffers(db, row) : null;
      if (differs !== null) return broken(row.seq, differs);
      good = { seq: row.seq, hash: row.hash };
      rows++;
    }
    if (page.length < PAGE) break;
    await setImmediate(); // SQLite calls are synchronous, so without this no other work would run
  }
  const head = await db.selectFrom('auditHead').select(['seq', 'hash']).executeTakeFirst();
  if (head === undefined) return broken(good.seq, 'the record of where the log ends is missing');
  // Rows may have been added since the last page; those are not part of this check.
  if (head.seq < good.seq) return broken(good.seq, `the log is recorded to end at ${head.seq}, before it`);
  if (head.seq > good.seq && (await pageAfter(db, good.seq)).length === 0) {
    return broken(good.seq + 1, `it is missing, and all after it: the log is recorded to end at ${head.seq}`);
  }
  if (head.seq === good.seq && head.hash !== good.hash) return broken(good.seq, 'it is not the row that was the last');
  return { head: good.seq === 0 ? null : good, rows, broken: null };
}

type Stored = Selectable<Schema['auditLog']>;

function rowAt(db: Kysely<Schema>, seq: number): Promise<Stored | undefined> {
  return db.selectFrom('auditLog').selectAll().where('seq', '=', seq).executeTakeFirst();
}

async function pageAfter(db: Kysely<Schema>, seq: number): Promise<Stored[]> {
  return await db.selectFrom('auditLog').selectAll().where('seq', '>', seq).orderBy('seq').limit(PAGE).execute();
}

/** What the record of a question covers; of its files, names and digests. A question without files has none. */
export function saidOf(turn: Pick<Turn, 'message' | 'pageOrigin' | 'context' | 'attachments'>): (string | null)[] {
  const files = turn.attachments.map(({ name, sha256 }) => `${sha256} ${name}`);
  return [turn.message, turn.pageOrigin, turn.context, ...files];
}

/** Whether the text in the turn's row is the one that was recorded. A turn that was deleted can't be compared. */
async function textDiffers(db: Kysely<Schema>, { turnId, action, contentHash }: Stored): Promise<string | null> {
  if (turnId === null || contentHash === null) return null;
  const turn = await db
    .selectFrom('turns')
    .select(['auditSalt', 'message', 'pageOrigin', 'context', 'attachments', 'response', 'late'])
    .where('turnId', '=', turnId)
    .executeTakeFirst();
  if (turn === undefined || turn.auditSalt === null) return null;
  if (action === 'turn.accepted') {
    const said = saidOf({ ...turn, attachments: JSON.parse(turn.attachments) });
    const same = hashContent(turn.auditSalt, said) === contentHash;
    return same ? null : `the question of turn ${turnId} is not the one that was asked`;
  }
  // A late answer has replaced the earlier text.
  if (turn.late !== 0 && action !== 'turn.late') return null;
  const same = hashContent(turn.auditSalt, [turn.response]) === contentHash;
  return same ? null : `the answer of turn ${turnId} is not the one that was given`;
}

const PAGE = 1000;

function fromRow({ detail, ...row }: Stored): AuditRow {
  return { ...row, detail: JSON.parse(detail) };
}
