/**
 * Stores with a past of so many turns, made once and kept, since a million take many minutes. `PALIADIN_BENCH_PAST` names
 * the directory.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { seedStore } from '../../scripts/seed-data/store.ts';

import { startServer } from '../../test/support/postgres.ts';
import { copyPast } from './copy-past.ts';

const ROOT = process.env.PALIADIN_BENCH_PAST ?? join(tmpdir(), 'paliadin-past');

/** The file of a store with the turns of 20 people in 90 days. */
export async function pastFile(turns: number): Promise<string> {
  const directory = join(ROOT, String(turns));
  const file = join(directory, 'paliadin.db');
  if (existsSync(file)) return file;
  const unfinished = `${directory}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  process.stderr.write(`making a past of ${turns} turns in ${directory}\n`);
  const made = join(unfinished, 'paliadin.db');
  await seedStore(made, { turns, users: 20, days: 90, seed: 1, now: Date.now() });
  renameSync(unfinished, directory);
  return file;
}

export interface BenchServer {
  /** The URL of a database with the same content as `pastFile`. */
  past(turns: number): Promise<string>;
  newDatabase(): Promise<string>;
  /** Of its first process. */
  readonly pid: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A server as somebody would run it on a small machine: each commit waits for the disk. */
export async function benchServer(): Promise<BenchServer> {
  const directory = join(ROOT, 'postgres');
  mkdirSync(directory, { recursive: true });
  // The server's process alone keeps no program alive.
  const awake = setInterval(() => {}, 60_000);
  const server = await startServer({ directory, settings: SETTINGS });
  return {
    async past(turns) {
      const name = `past_${turns}`;
      const url = server.url(name);
      const client = new pg.Client({ connectionString: server.url('postgres') });
      await client.connect();
      try {
        const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
        if (rowCount !== 0) return url;
        const file = await pastFile(turns);
        process.stderr.write(`copying ${turns} turns to PostgreSQL\n`);
        await client.query(`drop database if exists ${name}_new`);
        await client.query(`create database ${name}_new`);
        await copyPast(file, server.url(`${name}_new`));
        await client.query(`alter database ${name}_new rename to ${name}`);
      } finally {
        await client.end();
      }
      const fresh = new pg.Client({ connectionString: url });
      await fresh.connect();
      await fresh.query('vacuum analyze');
      await fresh.end();
      return url;
    },
    newDatabase: () => server.newDatabase(),
    get pid() {
      return server.pid;
    },
    async [Symbol.asyncDispose]() {
      await server.kill();
      clearInterval(awake);
    },
  };
}

const SETTINGS = {
  shared_buffers: '256MB',
  effective_cache_size: '2GB',
  max_wal_size: '2GB',
  max_connections: 100,
  // `off` shows what remains where the disk is not what everybody waits for.
  synchronous_commit: process.env.PALIADIN_BENCH_SYNC ?? 'on',
};
