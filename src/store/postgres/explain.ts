/** Explains PostgreSQL's errors to the person who runs the gateway. */
import { PaliadinError } from '../../contract/errors.ts';
import { isRefusal } from './pool.ts';

/** Turns an error of the database into one that names the server, what is wrong and what to do. */
export function explainPostgres(address: string): (error: unknown) => PaliadinError {
  return (error) => {
    if (error instanceof PaliadinError) return error;
    // The parser's own message quotes the user's text.
    if (error instanceof SyntaxError) return unavailable(address, error, 'a row does not hold what was written to it');
    if (!isRefusal(error)) return away(address, error);
    const code = error.code ?? '';
    const kind = code.slice(0, 2);
    if (kind === CONSTRAINT) {
      return new PaliadinError('conflict', `the store refused it: ${error.message}`, { cause: error });
    }
    // These messages quote values.
    if (kind === DATA) return unavailable(address, error, `a value does not fit its column (${code})`);
    const advice = advices[code] ?? advices[kind] ?? 'see the server’s log';
    const againInMs = passing.some((beginning) => code.startsWith(beginning)) ? AGAIN_MS : null;
    return unavailable(address, error, `${error.message}; ${advice}`, againInMs);
  };
}

/** Whether the server ended a statement because it took too long. */
export function isTooLong(error: unknown): boolean {
  return isRefusal(error) ? error.code === CANCELLED : error instanceof Error && error.message === UNANSWERED;
}

const CONSTRAINT = '23';
const DATA = '22';
const CANCELLED = '57014';

// The driver's words.
const UNANSWERED = 'Query read timeout';

export const LET_THE_OWNER = 'let their owner run `paliadin db migrate --role USER`';

// By code or by its first two digits, https://www.postgresql.org/docs/current/errcodes-appendix.html
const advices: Record<string, string> = {
  25: 'this server only reads: let PALIADIN_DATABASE_URL name the one that is written to',
  28: 'correct the user and the password in PALIADIN_DATABASE_URL',
  42: 'let the user of PALIADIN_DATABASE_URL own the database and its tables',
  42501: `let the user of PALIADIN_DATABASE_URL own the tables, or ${LET_THE_OWNER}`,
  53: 'the server has no room left: look at its disk, its memory, and its limit of connections',
  57: 'the server is stopping, starting, or too slow: wait, or see its log',
  // A parameter that older servers do not know.
  '42704': 'PostgreSQL 14 or newer is needed',
  '3D000': 'create the database, or let PALIADIN_DATABASE_URL name another one',
  40: 'another gateway wrote the same: try again',
  55: 'another gateway or program holds a lock: wait, or end the other',
  XX: 'the server’s files are damaged: see its log, and restore a backup',
};

// What another attempt may get past: conflicts of transactions, a server that restarts, locks, a full disk, and too many
// clients.
const passing = ['08', '40', '53100', '53300', '55', '57'];

// The write has waited already; what stood in its way may do so for longer.
const AGAIN_MS = 5000;

function unavailable(address: string, cause: unknown, what: string, againInMs: number | null = null): PaliadinError {
  return new PaliadinError('store_unavailable', `${address}: ${what}`, { cause, againInMs });
}

/** Without an answer of the server: it is away, or the network is. */
function away(address: string, error: unknown): PaliadinError {
  const message = error instanceof Error ? messageOf(error) : String(error);
  return unavailable(address, error, `${message}; see whether the server runs and can be reached`, AGAIN_MS);
}

/** A host with several addresses fails with one error for each, and no message of its own. */
function messageOf(error: Error): string {
  if (error.message !== '') return error.message;
  const parts = error instanceof AggregateError ? error.errors : [];
  return parts.map((part) => (part as Error).message).join(', ') || error.name;
}
