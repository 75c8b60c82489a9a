/**
 * A PostgreSQL server for the tests of one worker: started at the first use, and ended with the worker, even by force.
 * It trusts everybody who reaches its socket, which is in a directory of its own, and does not wait for the disk.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, glob, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { openPostgresStore } from '../../src/store/postgres/open.ts';
import { IS_ROOT, NOBODY } from './as-nobody.ts';
import { freePort } from './free-port.ts';
import { temporaryDirectory } from './temporary.ts';

export interface Server {
  /** The URL of a database on it. */
  url(database: string): string;
  /** A new database with the store's tables, all of them empty. Returns its URL. */
  newDatabase(): Promise<string>;
  /** A new database without tables. */
  emptyDatabase(): Promise<string>;
  /** Ends the server as a crash would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  port: number;
  /** Of its first process, which is the parent of the others. */
  readonly pid: number;
}

/** The worker's own. */
export function sharedServer(): Promise<Server> {
  const kept = globalThis as { postgres?: Promise<Server> };
  kept.postgres ??= startServer();
  return kept.postgres;
}

export interface ServerOptions {
  /** Called with an empty directory for the tables and one for the log, before anything is in them. */
  prepare?(directories: { data: string; log: string }): void;
  /** A cluster that stays, made if there is none yet. Without it, a new one, which goes with the worker. */
  directory?: string;
  /** For the server, instead of those for tests. */
  settings?: Record<string, string | number>;
}

/** One of its own, for a test that stops it; it ends with the worker at the latest. */
export async function startServer({
  prepare = () => {},
  directory: kept,
  settings: chosen = SETTINGS,
}: ServerOptions = {}): Promise<Server> {
  const directory = kept ?? (await temporaryDirectory()).path;
  const programs = await newestPrograms();
  const [data, log] = [join(directory, 'data'), join(directory, 'log')];
  const isNew = !existsSync(data);
  if (isNew) {
    await Promise.all([data, log].map((path) => mkdir(path, { recursive: true })));
    prepare({ data, log });
    if (IS_ROOT) await Promise.all([directory, data, log].map((path) => chown(path, NOBODY, NOBODY)));
    const initdb = ['-D', data, '-X', log, '--wal-segsize=1', '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-locale'];
    initdb.push('--no-sync', '--no-instructions');
    const [file, ...args] = asPostgres(join(programs, 'initdb'), ...initdb) as [string, ...string[]];
    await run(file, args, { cwd: directory });
  }
  const port = await freePort();
  let ended: Promise<unknown> = Promise.resolve();
  let kill = () => {};
  let pid = 0;

  async function start(): Promise<void> {
    const settings = { ...chosen, port, unix_socket_directories: directory, listen_addresses: '127.0.0.1' };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const [file, ...args] = asPostgres(join(programs, 'postgres'), '-D', data, ...options) as [string, ...string[]];
    const child = spawn(file, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
    child.unref();
    (child.stderr as typeof child.stderr & { unref(): void }).unref();
    pid = child.pid ?? 0;
    kill = () => void child.kill('SIGQUIT'); // at once, without a checkpoint
    ended = once(child, 'exit');
    await accepting(child);
  }

  const url = (database: string) => `postgres://${USER}@127.0.0.1:${port}/${database}`;
  await start();
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: url('postgres') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  const create = async (how: string) => {
    const name = `t_${randomBytes(6).toString('hex')}`;
    await query(`create database ${name} ${how}`);
    return url(name);
  };
  if (isNew) {
    await query(`create database ${TEMPLATE}`);
    await (await openPostgresStore(url(TEMPLATE))).close();
  }
  return {
    url,
    port,
    get pid() {
      return pid;
    },
    start,
    async kill() {
      kill();
      await ended;
    },
    newDatabase: () => create(`template ${TEMPLATE} strategy file_copy`),
    emptyDatabase: () => create(''),
  };
}

const run = promisify(execFile);

const USER = 'paliadin';
const TEMPLATE = 'empty_store';

const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '16MB',
  max_connections: 100,
  autovacuum: 'off',
};

/** PostgreSQL refuses to run as root. */
function asPostgres(...command: string[]): string[] {
  return IS_ROOT ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command] : command;
}

/** Debian keeps them off the PATH. */
async function newestPrograms(): Promise<string> {
  const found = await Array.fromAsync(glob('/usr/lib/postgresql/*/bin/initdb'));
  const newest = found.sort().at(-1);
  if (newest === undefined) throw new Error('there is no PostgreSQL for the tests: install it (Debian: postgresql)');
  return join(newest, '..');
}

async function accepting(child: ReturnType<typeof spawn>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
    if (said.includes('ready to accept connections')) resolve();
  });
  child.once('close', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said}`)));
  await promise;
}
