/** The audit log: read, exported, verified. */
import type { AuditFilter, AuditHead, AuditRow } from '../../contract/records/audit-log.ts';
import type { Store } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { map, PAGE, pages } from '../pages.ts';
import { type Person, people, peopleInTurn } from '../people.ts';
import type { Readings } from '../readings.ts';
import { type ChainReport, createVerifier, type KnownHead } from './verify.ts';

export interface AuditLogService {
  /** Newest first. `before` is the `nextBefore` of the previous page. */
  list(query: AuditFilter & { before?: number | undefined; limit: number }): Promise<AuditLogPage>;
  /**
   * All rows that match the filter, newest first, read as they are consumed. The export itself is put on record first.
   */
  export(actor: Actor, filter: AuditFilter, format: string): Promise<AsyncIterable<NamedAuditRow>>;
  /** The newest row; null of an empty log. */
  head(): Promise<AuditHead | null>;
  /**
   * Verifies the chain from where the last check ended; with `full` all of it, and compares the texts of the turns that
   * still exist. Either way the log has to contain the head that was saved beside the database, and `contains`.
   */
  verify(options: {
    full: boolean;
    contains?: KnownHead | undefined;
  }): Promise<ChainReport & { noted: AuditHead | null }>;
}

export interface AuditLogPage {
  rows: NamedAuditRow[];
  /** Null where this is the last page. */
  nextBefore: number | null;
}

export interface NamedAuditRow extends Omit<AuditRow, 'actor' | 'subject'> {
  /** A user, or `gateway`, `host`, `cli`, `anonymous`. */
  actor: Person;
  subject: Person | null;
}

export interface AuditLogOptions {
  store: Pick<Store, 'audit' | 'users'>;
  /** The head of the log that was saved beside the database; null where there is none. */
  notedHead(): KnownHead | null;
  onRecord: Readings;
  /** UTC milliseconds. */
  clock(): number;
}

export function createAuditLogService({ store, notedHead, onRecord, clock }: AuditLogOptions): AuditLogService {
  const { audit } = store;
  const verify = createVerifier({ audit, clock });

  return {
    async list({ limit, ...query }) {
      const found = await audit.list({ ...query, limit: limit + 1 });
      const page = found.slice(0, limit);
      const personOf = await people(
        store,
        page.flatMap(({ actor, subject }) => [actor, subject]),
      );
      return {
        rows: page.map(({ actor, subject, ...row }) => ({
          ...row,
          actor: personOf(actor),
          subject: subject === null ? null : personOf(subject),
        })),
        nextBefore: found.length > limit ? (page.at(-1)?.seq ?? null) : null,
      };
    },

    async export(actor, filter, format) {
      await onRecord({ actor: actor.id, action: 'read.audit', detail: { exported: format } });
      const personOf = peopleInTurn(store);
      const read = (before: number | undefined) => audit.list({ ...filter, before, limit: PAGE });
      return map(pages(read, { next: ({ seq }) => seq }), async ({ actor, subject, ...row }) => ({
        ...row,
        actor: await personOf(actor),
        subject: subject === null ? null : await personOf(subject),
      }));
    },

    head: () => audit.head(),

    async verify({ full, contains }) {
      const noted = notedHead();
      const ends = [noted, contains].filter((end) => end != null);
      return { ...(await verify({ full, contains: ends })), noted: noted?.head ?? null };
    },
  };
}
