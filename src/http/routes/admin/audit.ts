import {
  type AuditRow,
  auditPage,
  auditQuery,
  type ChainState,
  chainQuery,
  chainState,
} from '../../../contract/admin.ts';
import type { AuditHead, AuditRow as StoredRow } from '../../../contract/records/audit-log.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { type Person, people } from './people.ts';

export function auditRoutes(app: App, { store, clock }: Pick<ServerOptions, 'store' | 'clock'>): void {
  app.get(
    '/api/admin/audit',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'The audit log, newest first',
        querystring: auditQuery,
        response: responses({ 200: auditPage }, 'bad_request'),
      },
    },
    async ({ query: { limit, ...filter } }) => {
      const found = await store.audit.list({ ...filter, limit: limit + 1 });
      const page = found.slice(0, limit);
      const nameOf = await people(store);
      return {
        rows: page.map((row) => rowOf(row, nameOf)),
        nextBefore: found.length > limit ? (page.at(-1)?.seq ?? null) : null,
      };
    },
  );

  /** The end of what was found good; what comes after it is all that has to be walked. */
  let known: { head: AuditHead; rows: number; since: number } | null = null;
  let comparedAt: number | null = null;
  let walking: Promise<unknown> = Promise.resolve();

  async function check(full: boolean): Promise<ChainState> {
    if (full) known = null;
    const from = known;
    const since = from?.since ?? clock();
    const end = (await store.audit.head())?.seq ?? 0;
    const { head, rows, broken } = await store.audit.verify({ after: from?.head, contents: full });
    const all = (from?.rows ?? 0) + rows;
    known = head === null ? null : { head, rows: all, since };
    const checkedAt = clock();
    if (full) comparedAt = checkedAt;
    // More may have come, and been read, meanwhile.
    const total = Math.max(end, all);
    return { intact: broken === null, rows: all, total, head, broken, checkedAt, since, comparedAt };
  }

  app.get(
    '/api/admin/audit/chain',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Whether the audit log is whole',
        description:
          'Walks on from where it was walked last. With `full` it walks all of it, and compares what was said in the ' +
          'turns that are still there: half a minute for a million rows.',
        querystring: chainQuery,
        response: responses({ 200: chainState }, 'bad_request'),
      },
    },
    // One after the other: several at once would each walk the same.
    async ({ query: { full } }) => {
      const checked = walking.then(() => check(full));
      walking = checked.catch(() => {});
      return await checked;
    },
  );
}

export function rowOf({ subject, actor, previous: _, ...row }: StoredRow, nameOf: (id: string) => Person): AuditRow {
  return { ...row, actor: nameOf(actor), subject: subject === null ? null : nameOf(subject) };
}
