/** Whether the audit log is whole: a walk along its chain, and a comparison with where it is known to have ended once. */
import type { ChainState } from '../../contract/admin.ts';
import type { AuditHead, ChainCheck } from '../../contract/records/audit-log.ts';
import type { AuditStore } from '../../store/audit-store.ts';

export interface ChainReport extends ChainState {
  /** Everything that does not fit. `broken` is the first. */
  problems: NonNullable<ChainCheck['broken']>[];
}

/** Where the log ended once, and who says so, such as the name of a file. */
export interface KnownHead {
  head: AuditHead;
  source: string;
}

/** `full` walks all of the chain, and compares what was said in the turns that are still there; else from where it was walked last. */
export type Verify = (options: { full: boolean; contains: readonly KnownHead[] }) => Promise<ChainReport>;

export interface VerifierOptions {
  audit: Pick<AuditStore, 'head' | 'list' | 'verify'>;
  /** UTC milliseconds. */
  clock(): number;
}

export function createVerifier({ audit, clock }: VerifierOptions): Verify {
  /** The end of what was found good; what comes after it is all that has to be walked. */
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
    // More may have come, and been read, meanwhile.
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

  // One after the other: several at once would each walk the same.
  return async (options) => {
    const checked = walking.then(() => check(options));
    walking = checked.catch(() => {});
    return await checked;
  };
}

/** What is wrong where the log does not have the row that was its last; null where it has. */
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
