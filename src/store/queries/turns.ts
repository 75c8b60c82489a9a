import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import type { StoredEvent } from '../../contract/records/event.ts';
import { GIVEN_UP, type Turn, type TurnFilter } from '../../contract/records/turn.ts';
import { isFinal } from '../../contract/turn.ts';
import type { EndedPage, TurnStore, TurnWrite } from '../turn-store.ts';
import { wordsOf } from '../words.ts';
import { leaveFilesToHosts } from './attachments.ts';
import { type Recorded, record } from './audit-log.ts';
import { deleteTurns } from './delete.ts';
import { insertEvents } from './events.ts';
import { byKey, type ClaimSession, insertOnce } from './insert-turn.ts';
import { literals } from './literals.ts';
import { ownTurns } from './own-turns.ts';
import type { Schema } from './schema.ts';
import { turnStats } from './stats.ts';
import { appToolsChange, changeHours, changeOf, decisionChange, type HourChange, isAllowed } from './turn-hours.ts';
import { type IndexText, listTurns, openStatuses, type TextSearch } from './turn-list.ts';
import { fromRow, toRow } from './turn-row.ts';
import { requireNewestRun, requireUndecided, takeUp } from './turn-runs.ts';

export type InTransaction = <T>(work: (trx: Transaction<Schema>) => Promise<T>) => Promise<T>;

export interface TurnQueryOptions {
  /** Survives a crash of the process, but does not wait until it would survive a power cut. */
  relaxed: InTransaction;
  /** For a transaction that may take long; only other writes wait for it. */
  heavy: InTransaction;
  search: TextSearch;
  index: IndexText;
  /** For searches, which may take long; nothing else waits for them. */
  searching: Kysely<Schema>;
  /** See `InsertOptions`. */
  claim?: ClaimSession | undefined;
  /** Makes an unguessable salt. */
  newSalt: () => string;
  /** Makes deleted data unreadable in the file; false: not yet, it is done later. */
  erase: () => Promise<boolean>;
}

export function turnQueries(db: Kysely<Schema>, options: TurnQueryOptions): TurnStore {
  const { relaxed, heavy, search, index, searching, claim, newSalt, erase } = options;
  const listing = (page: TurnFilter) => (wordsOf(page.search).length === 0 ? db : searching);
  const insertAll: TurnStore['insertAll'] = (questions) =>
    db.transaction().execute((trx) =>
      insertOnce(
        trx,
        questions.map(({ turn, shared, takeUpAt }) => {
          const common = { auditSalt: newSalt(), newId: newSalt, index, claim };
          return { turn, takeUpAt, ...common, ...shared };
        }),
      ),
    );
  return {
    async insert(turn, shared) {
      const [result] = await insertAll([{ turn, shared }]);
      if (result?.status === 'fulfilled') return result.value;
      throw result?.reason;
    },

    insertAll,

    takeUp: (turnId, at, carrier) => relaxed((trx) => takeUp(trx, turnId, { at, carrier })),

    async countBefore(turnId) {
      const { count } = await db
        .selectFrom('turns as before')
        .innerJoin('turns as turn', 'turn.agentSession', 'before.agentSession')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('turn.turnId', '=', turnId)
        .whereRef('before.seq', '<', 'turn.seq')
        .where('before.status', 'in', literals(openStatuses))
        .executeTakeFirstOrThrow();
      return count;
    },

    async get(turnId) {
      const row = await db.selectFrom('turns').selectAll().where('turnId', '=', turnId).executeTakeFirst();
      return row === undefined ? null : fromRow(row);
    },

    byKey: (userId, idempotencyKey) => byKey(db, userId, idempotencyKey),

    async write(writes) {
      const work = (trx: Transaction<Schema>) => writeAll(trx, writes, index);
      if (lengthOf(writes) > HEAVY) return await heavy(work);
      if (writes.every(({ progress }) => progress)) return await relaxed(work);
      return await db.transaction().execute(work);
    },

    history: (query) => ownTurns(db, query),

    async open() {
      const rows = await db
        .selectFrom('turns')
        .selectAll()
        // As literals: with parameters, SQLite would not use the partial index of open turns.
        .where('status', 'in', literals(openStatuses))
        .orderBy('seq')
        .execute();
      return rows.map(fromRow);
    },

    async openStates(sessions) {
      const query = db
        .selectFrom('turns')
        .select(['turnId', 'userId', 'agentSession', 'host', 'status'])
        .where('status', 'in', literals(openStatuses))
        .orderBy('seq');
      return await (sessions === undefined ? query : query.where('agentSession', 'in', sessions)).execute();
    },

    async openOf(userId) {
      const rows = await db
        .selectFrom('turns')
        .selectAll()
        .where('status', 'in', literals(openStatuses))
        .where('userId', '=', userId)
        .orderBy('seq')
        .execute();
      return rows.map(fromRow);
    },

    async openOfDisabled() {
      const rows = await db
        .selectFrom('turns')
        .innerJoin('users', 'users.id', 'turns.userId')
        .select('turns.turnId')
        .where('turns.status', 'in', literals(openStatuses))
        .where(({ or, exists, selectFrom, eb }) =>
          or([
            eb('users.disabledAt', 'is not', null),
            exists(
              selectFrom('hosts')
                .select('hosts.name')
                .whereRef('hosts.name', '=', 'turns.host')
                .where('hosts.enabled', '=', 0),
            ),
          ]),
        )
        .execute();
      return rows.map(({ turnId }) => turnId);
    },

    async awaitingLateAnswer(page) {
      const rows = await endedTurns(db, page)
        .where('errorCode', 'in', GIVEN_UP)
        .where((is) => is.or([is('deliveredAt', 'is not', null), is('errorCode', 'in', GIVEN_UP.slice(0, 2))]))
        .where('late', '=', 0)
        .execute();
      return rows.map(fromRow);
    },

    async unsettled(page) {
      const rows = await endedTurns(db, page).where('settled', '=', sql.lit(0)).execute();
      return rows.map(fromRow);
    },

    list: (page) => listTurns(listing(page), search, page),
    stats: (query) => turnStats(db, query),

    async countOpen(userId) {
      let query = db
        .selectFrom('turns')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('status', 'in', literals(openStatuses));
      if (userId !== undefined) query = query.where('userId', '=', userId);
      return (await query.executeTakeFirstOrThrow()).count;
    },

    async deleteOld(before, limit, { actor, at }) {
      // A title that its user wrote has no turn to go with.
      await db
        .updateTable('agentSessions')
        .set({ title: null, titledBy: null })
        .where('lastUsedAt', '<', before)
        .where('title', 'is not', null)
        .execute();
      const old = db
        .selectFrom('turns')
        .select('turnId')
        .where('finishedAt', '<', before)
        .orderBy('finishedAt')
        .limit(limit);
      const turns = (await old.execute()).map(({ turnId }) => turnId);
      if (turns.length === 0) return 0;
      await db.transaction().execute(async (trx) => {
        await leaveFilesToHosts(trx, turns);
        await deleteTurns(trx, turns);
        const detail = { turns: turns.length, before };
        await record(trx, [{ at, actor, action: 'retention.applied', subject: null, turnId: null, detail }]);
      });
      await erase();
      return turns.length;
    },
  };
}

function endedTurns(db: Kysely<Schema>, { since, afterId, limit }: EndedPage) {
  return (
    db
      .selectFrom('turns')
      .selectAll()
      // This one for the index, the next one for turns that ended in the same millisecond.
      .where('finishedAt', '>=', since)
      .where((is) => is.or([is('finishedAt', '>', since), is('turnId', '>', afterId)]))
      .orderBy('finishedAt')
      .orderBy('turnId')
      .limit(limit)
  );
}

/** The length of the text that is written. */
function lengthOf(writes: TurnWrite[]): number {
  const texts = writes.flatMap(({ change, events }) => [
    change.response ?? '',
    ...events.map(({ event }) => (event.type === 'chunk' ? event.text : '')),
  ]);
  return texts.reduce((sum, text) => sum + text.length, 0);
}

// Some milliseconds of work, most of it for the index of words.
const HEAVY = 64 * 1024;

async function writeAll(db: Transaction<Schema>, writes: TurnWrite[], index: IndexText): Promise<StoredEvent[]> {
  const hours: HourChange[] = [];
  const records: Recorded[] = [];
  for (const write of writes) {
    const { turnId, change } = write;
    const row = toRow(change);
    // Progress alone does not change the figures, and there is much of it.
    const counts =
      (change.status !== undefined && isFinal(change.status)) ||
      COUNTED.some((name) => change[name] !== undefined) ||
      write.events.some(isDecision);
    // Locked, so that two gateways that write the same change do not count it twice.
    const before = counts ? await lockInFull(db, turnId) : undefined;
    await requireNewestRun(db, write, before?.turn);
    await requireUndecided(db, write);
    const after = Object.keys(row).length === 0 ? before : await update(db, turnId, row, { isRead: counts });
    if (before === undefined || after === undefined) continue;
    hours.push(changeOf(before.turn, after.turn));
    if (!isFinal(before.turn.status) && isFinal(after.turn.status)) {
      const calls = await db.selectFrom('toolCalls').select(['tool', 'outcome']).where('turnId', '=', turnId).execute();
      if (calls.length > 0) hours.push(appToolsChange(after.turn, calls));
    }
    records.push(...recordsOf(before.turn, after.turn, after.salt, write));
    for (const { event } of write.events) {
      if (event.type === 'decided') hours.push(decisionChange(after.turn, isAllowed(event)));
    }
  }
  const answered = writes.filter(({ change }) => change.response !== undefined).map(({ turnId }) => turnId);
  if (answered.length > 0) await index(db, answered);
  if (hours.length > 0) await changeHours(db, hours);
  await record(db, records);
  return await insertEvents(
    db,
    writes.flatMap((write) => write.events),
  );
}

// Changes of the figures other than a turn's end: `settled` brings the exact ones.
const COUNTED = ['late', 'feedback', 'settled'] as const;

function isDecision({ event }: TurnWrite['events'][number]): boolean {
  return event.type === 'decided';
}

interface InFull {
  turn: Turn;
  salt: string | null;
}

async function lockInFull(db: Transaction<Schema>, turnId: string): Promise<InFull | undefined> {
  const query = db.selectFrom('turns').selectAll().where('turnId', '=', turnId).forNoKeyUpdate();
  return inFull(await query.executeTakeFirst());
}

/** The turn as it is now, if it `isRead`. @throws PaliadinError `not_found` */
async function update(
  db: Transaction<Schema>,
  turnId: string,
  row: ReturnType<typeof toRow>,
  { isRead }: { isRead: boolean },
): Promise<InFull | undefined> {
  const changed = db.updateTable('turns').set(row).where('turnId', '=', turnId);
  const missing = () => new PaliadinError('not_found', `there is no turn ${turnId} to change`);
  if (isRead) return inFull(await changed.returningAll().executeTakeFirstOrThrow(missing));
  const { numUpdatedRows } = await changed.executeTakeFirst();
  if (numUpdatedRows === 0n) throw missing();
  return undefined;
}

function inFull(row: Selectable<Schema['turns']> | undefined): InFull | undefined {
  return row && { turn: fromRow(row), salt: row.auditSalt };
}

/** The audit log's entries for a write: how the turn ended, its late answer, its decisions. */
function recordsOf(before: Turn, after: Turn, salt: string | null, { events }: TurnWrite): Recorded[] {
  const { turnId, userId: subject, finishedAt, startedAt, response, status, errorCode } = after;
  const about = { subject, turnId };
  const content = salt === null ? undefined : { salt, said: [response] };
  const at = events.at(-1)?.at ?? finishedAt ?? startedAt;
  const records: Recorded[] = [];
  for (const { event, at } of events) {
    if (event.type !== 'decided') continue;
    const actor = event.by === 'user' ? subject : event.by === 'terminal' ? 'host' : 'gateway';
    const detail = { kind: event.approval.kind, option: event.option, by: event.by };
    records.push({ ...about, at, actor, action: 'approval.decided', detail });
  }
  if (isFinal(status) && !isFinal(before.status)) {
    const action = `turn.${status}` as Recorded['action'];
    records.push({ ...about, at, actor: 'gateway', action, detail: { code: errorCode }, content });
  }
  if (after.late && !before.late)
    records.push({ ...about, at, actor: 'host', action: 'turn.late', detail: {}, content });
  return records;
}
