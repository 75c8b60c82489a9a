/**
 * Fills a state directory with seed data, to look at the owner's view and to measure it:
 *
 *     node scripts/seed.ts <state directory> [turns] [--days 90] [--users 20] [--seed 1]
 *
 * The same numbers give the same data. A gateway that is then started on the directory shows it; none may run while the
 * script does.
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
  // The name that a gateway on this machine uses for its own host, so that it finds the conversations there.
  host: hostname(),
});
const seconds = ((performance.now() - since) / 1000).toFixed(1);
process.stdout.write(`${made.turns} turns, ${made.auditRows} rows of audit log, in ${seconds} s\n`);
