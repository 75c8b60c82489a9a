/**
 * Fills a state directory with a believable past, to look at the owner's view and to measure it:
 *
 *     node scripts/seed.ts <state directory> [turns] [--days 90] [--users 20] [--seed 1]
 *
 * The same numbers make the same past. A gateway that is started on the directory then shows it; it must not run meanwhile.
 */
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seedStore } from './seed-data/store.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    days: { type: 'string', default: '90' },
    users: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const [directory, turns = '20000'] = positionals;
if (directory === undefined) {
  process.stderr.write('node scripts/seed.ts <state directory> [turns] [--days 90] [--users 20] [--seed 1]\n');
  process.exit(64);
}
process.umask(0o077);
mkdirSync(directory, { recursive: true, mode: 0o700 });
const since = performance.now();
const made = await seedStore(join(directory, 'paliadin.db'), {
  turns: Number(turns),
  days: Number(values.days),
  users: Number(values.users),
  seed: Number(values.seed),
  now: Date.now(),
  // As a gateway on this machine calls its own, so that it finds the conversations there.
  host: hostname(),
});
const seconds = ((performance.now() - since) / 1000).toFixed(1);
process.stdout.write(`${made.turns} turns, ${made.auditRows} rows of audit log, in ${seconds} s\n`);
