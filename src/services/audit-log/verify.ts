/** Verifies the audit log: the chain of its rows, and the heads that were saved earlier. */
import type { ChainState } from '../../contract/admin/audit.ts';
import type { AuditHead, ChainCheck } from '../../contract/records/audit-log.ts';
import type { AuditStore } from '../../store/audit-store.ts';

export interface ChainReport extends ChainState {
  /** Everything that does not fit. `broken` is the first. */
  problems: NonNullable<ChainCheck['broken']>[];
}

/** An earlier end of the log, and its source, such as the name of a file. */
export interface KnownHead {
  head: AuditHead;
  source: string;
}

/**
 * `full` checks the whole chain, and compares the texts of the turns that still exist; otherwise the check starts where
 * the last one ended.
 */
export type Verify = (options: { full: boolean; contains: readonly KnownHead[] }) => Promise<ChainReport>;

export interface VerifierOptions {
  audit: Pick<AuditStore, 'head' | 'list' | 'verify'>;
  /** UTC milliseconds. */
  clock(): number;
}

export function createVerifier({ audit, clock }: VerifierOptions): Verify {
  /** The last row that was found good; only the rows after it have to be checked. */
  let known: { head: AuditHead; rows: number; since: number } | null = null;
  let comparedAt: number | null = null;
  let walking: Promise<unknown> = Promise.resolve();

  const check: Verify = async ({ full, contains }) => {
    if (full) known = null;
    const from = known;
    const since = from?.since ?? clock();
    const end = (await audit.head())?.seq ?? 0;
    const { head, rows: walked, broken } = await audit.verify({ after: from?.head, contents: full });
    const rows = (from?.rows ?? 0) + walked;
    known = head === null ? null : { head, rows, since };
    const checkedAt = clock();
    if (full) comparedAt = checkedAt;
    const missed = await Promise.all(contains.map((end) => missing(audit, end)));
    const problems = [broken, ...missed].filter((problem) => problem !== null);
    // More rows may have been added, and read, meanwhile.
    const total = Math.max(end, rows);
    return {
      intact: problems.length === 0,
      rows,
      total,
      head,
      broken: problems[0] ?? null,
      problems,
      checkedAt,
      since,
      comparedAt,
    };
  };

  // One check after the other: concurrent ones would each read the same rows.
  return async (options) => {
    const checked = walking.then(() => check(options));
    walking = checked.catch(() => {});
    return await checked;
  };
}

/** What is wrong if the log does not contain this earlier head; null if it does. */
async function missing(audit: Pick<AuditStore, 'list'>, { head, source }: KnownHead): Promise<ChainCheck['broken']> {
  const [row] = await audit.list({ before: head.seq + 1, limit: 1 });
  if (row?.seq !== head.seq) {
    const why = `it is missing, and all after it: ${source} says that the log reached ${head.seq}`;
    return { seq: (row?.seq ?? 0) + 1, why };
  }
  if (row.hash === head.hash) return null;
  const why = `it is not the one that was there: ${source} says another hash, so the chain was made anew`;
  return { seq: head.seq, why };
}
