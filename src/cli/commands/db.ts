import { existsSync } from 'node:fs';
import { ConfigError } from '../../config/load.ts';
import { prepareState } from '../../config/state-paths.ts';
import { acquireLock } from '../../process/lock.ts';
import { copyStore, lockOutGateways, migrateStore, type StoreLocation, storeStatus } from '../../store/open.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';

/** Prints what is in the database that the settings choose, without changing it. */
export async function showDatabase(context: CommandContext, { json }: { json?: boolean }): Promise<void> {
  const location = locationOf(context);
  if (location.url === undefined && !existsSync(location.file)) {
    throw new ConfigError(`${location.file} is not there yet; a gateway makes it at its first start`);
  }
  const status = await storeStatus(location);
  const { database, bytes, migrations, rows } = status;
  const { done, missing, unknown } = migrations;
  if (missing.length + unknown.length > 0) context.exitWith();
  if (json) return void context.terminal.printJson(status);
  const told = [
    ['database', database],
    ['size', `${(bytes / 1e6).toFixed(1)} MB`],
    ['migrations', `${done.length} done`],
    ...missing.map((name) => ['', `${name} is missing: \`paliadin db migrate\`, or the start of a gateway, does it`]),
    ...unknown.map((name) => ['', `${name} is of a newer version of Paliadin, which these tables need`]),
    ...Object.entries(rows).map(([table, count]) => [table, `${count} rows`]),
  ];
  context.terminal.print(table(['what', 'found'], told));
}

/** Brings the tables up to date before a gateway does it at its start. */
export async function migrateDatabase(context: CommandContext, { role }: { role?: string }): Promise<void> {
  const location = locationOf(context);
  if (role !== undefined && location.url === undefined) {
    throw new ConfigError('--role is for PostgreSQL; set PALIADIN_DATABASE_URL, with the name of the tables’ owner');
  }
  await migrateStore(location, role);
  const { migrations } = await storeStatus(location);
  context.terminal.print([
    `the tables are up to date: ${migrations.done.at(-1)}`,
    ...(role === undefined ? [] : [`${role} may use them, and only add to the audit log`]),
  ]);
}

function locationOf({ config }: CommandContext): StoreLocation {
  return { url: config.values.PALIADIN_DATABASE_URL, file: prepareState(config).database };
}

/** Copies the file of the state directory into the database that the settings name, while no gateway uses either. */
export async function copyDatabase({ config, terminal }: CommandContext): Promise<void> {
  const url = config.values.PALIADIN_DATABASE_URL;
  if (url === undefined) throw new ConfigError('PALIADIN_DATABASE_URL is not set; let it name the database to copy to');
  const { database: file, gatewayLock } = prepareState(config);
  if (!existsSync(file)) throw new ConfigError(`${file} is not there, so there is nothing to copy`);
  await using locks = new AsyncDisposableStack();
  for (const acquire of [() => acquireLock(gatewayLock), () => lockOutGateways(url)]) {
    const release = await acquire();
    if (release === null) throw new ConfigError('a gateway runs on the file or on the database; stop it first');
    locks.defer(async () => release());
  }
  const copied = await copyStore(file, url);
  const rows = Object.entries(copied).map(([name, count]) => [name, String(count)]);
  terminal.print([
    ...table(['table', 'rows'], rows),
    '',
    `All of ${file} is copied and verified. It is not used any more.`,
  ]);
}
