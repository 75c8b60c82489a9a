/** Connections to the server, of which there are never more than a few. The only module that imports the driver. */
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';
import { PaliadinError } from '../../contract/errors.ts';

export interface PoolOptions {
  /** How many connections there are at most. */
  most: number;
  /** How long a statement may take, in milliseconds; 0: as long as it needs. */
  statementMs: number;
  /** Replaces an error of a query by a better one. */
  explain?: (error: unknown) => unknown;
}

/** Opens a connection when a query needs it. Nothing waits without end: a query that gets no answer fails. */
export function openPool(url: string, { most, statementMs, explain }: PoolOptions): PostgresPool {
  const pool = new pg.Pool({ ...clientConfig(url, statementMs, SESSION), max: most, idleTimeoutMillis: IDLE_MS });
  // The queries of a lost connection report the loss; the connection itself reports it here.
  pool.on('error', () => {});
  // Where one connection is lost, those from before are not trusted either: each would take as long to find out.
  let losses = 0;
  const openedAfter = new WeakMap<pg.PoolClient, number>();
  pool.on('connect', (client) => {
    openedAfter.set(client, losses);
    client.on('error', () => {});
  });
  const onLoss = () => {
    losses++;
  };
  return {
    async connect() {
      for (;;) {
        const client = await pool.connect();
        if (openedAfter.get(client) === losses)
          return pooled(client, { explain: explain ?? ((error) => error), onLoss });
        client.release(true);
      }
    },
    end: () => pool.end(),
    options: {},
  };
}

/** One connection that stays open, on which the server can speak first. */
export interface Wire {
  /** Its rows. Fails where the server does not answer in time; the connection is then of no more use. */
  query<T>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/**
 * `onNotify` is called with the payload of each notification. The server ends a connection on which it has not heard
 * anything for `silenceMs`. @throws the driver's error
 */
export async function openWire(
  url: string,
  { silenceMs, onNotify }: { silenceMs: number; onNotify(payload: string): void },
): Promise<Wire> {
  // A notification is a hint: if a crash of the server loses it, its reader looks anyway.
  const session = { ...SESSION, synchronous_commit: 'off', idle_session_timeout: silenceMs };
  const client = new pg.Client(clientConfig(url, STATEMENT_MS, session));
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  client.on('error', () => resolve());
  client.on('end', () => resolve());
  client.on('notification', ({ payload }) => onNotify(payload ?? ''));
  await client.connect();
  return {
    ended,
    query: async <T>(sql: string, parameters: readonly unknown[] = []) =>
      (await client.query(sql, [...parameters])).rows as T[],
    close: () => client.end().catch(() => {}), // it is gone already
  };
}

/** Whether the server refused a statement. Any other error means that its connection is of no more use. */
export function isRefusal(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError;
}

/**
 * Where the URL leads, without its password.
 *
 * @throws PaliadinError `store_unavailable` where the driver can't read the URL, or a file that it names.
 */
export function addressOf(url: string): string {
  const { host, port, user, database } = clientOf(url);
  return `postgres://${user === undefined ? '' : `${user}@`}${host}:${port}/${database ?? ''}`;
}

const SESSION = {
  // What is stored stays stored, and each statement sees what was committed before it, whatever the server's defaults.
  synchronous_commit: 'on',
  default_transaction_isolation: 'read\\ committed',
  // The server ends the transaction of a gateway whose machine is gone.
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
};

// Some readers, a writer, and a search. A server has a hundred connections by default, for all of its clients.
export const MOST = 10;

// A person waits for no page longer than this, and 503 comes in time for whoever probes the gateway.
export const STATEMENT_MS = 4_000;

// Includes waiting for one of the pool's connections.
const CONNECT_MS = 3_000;
const LOCK_MS = 3_000;

// The server's own limit comes first, and leaves the connection in order.
const GRACE_MS = 500;
const ABANDONED_MS = 10_000;
const IDLE_MS = 60_000;

function clientConfig(url: string, statementMs: number, session: Record<string, string | number>): pg.ClientConfig {
  const limits =
    statementMs === 0
      ? {}
      : {
          statement_timeout: statementMs,
          // Also where the server is silent, and could not say so.
          query_timeout: statementMs + GRACE_MS,
          lock_timeout: Math.min(LOCK_MS, statementMs),
        };
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    // A gateway that vanished in a transaction must not hold its locks for longer.
    idle_in_transaction_session_timeout: ABANDONED_MS,
    keepAlive: true,
    application_name: 'paliadin',
    options: Object.entries(session)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    types: { getTypeParser },
    ...limits,
  };
}

/** Not connected. */
function clientOf(url: string): pg.Client {
  try {
    return new pg.Client({ connectionString: url });
  } catch (error) {
    const { message } = error as Error;
    throw new PaliadinError('store_unavailable', `PALIADIN_DATABASE_URL: ${message}; correct it`, { cause: error });
  }
}

/** A connection that fails once is closed at its release; until then each query fails as the first one did. */
function pooled(
  client: pg.PoolClient,
  { explain, onLoss }: { explain: (error: unknown) => unknown; onLoss: () => void },
): PostgresPoolClient {
  let lost: Error | null = null;
  const query = async (sql: string, parameters: readonly unknown[]) => {
    if (lost !== null) throw lost;
    try {
      return await client.query(sql, parameters.map(storable));
    } catch (error) {
      if (!isRefusal(error)) {
        lost = error as Error;
        onLoss();
      }
      throw explain(error);
    }
  };
  return {
    // Kysely's other form is for cursors, which the store does not use.
    query: query as unknown as PostgresPoolClient['query'] & typeof query & (() => Promise<PostgresQueryResult<never>>),
    release: (error) => client.release(lost !== null || Boolean(error)),
  };
}

/** PostgreSQL has no NUL in its texts. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}

/** Counts and sums as numbers: none comes near 2 ^ 53. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format as 'text');
}

const INT8 = pg.types.builtins.INT8;
const NUMERIC = pg.types.builtins.NUMERIC;
