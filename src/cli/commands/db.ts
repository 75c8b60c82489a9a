import { existsSync } from 'node:fs';
import { ConfigError } from '../../config/load.ts';
import { prepareState } from '../../config/state-paths.ts';
import { acquireLock } from '../../process/lock.ts';
import { copyStore, lockOutGateways } from '../../store/open.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';

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
