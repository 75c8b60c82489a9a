/**
 * `npm run test:chaos -- --seed N --seconds S [--hosts local|ssh] [--store sqlite|postgres] [--gateways N]`: one run of chaos.
 * Prints its plan, then what was not true; the exit status is 1 if there was anything.
 */
import { parseArgs } from 'node:util';
import { planLines } from './plan.ts';
import { planOf, run } from './run.ts';
import type { HostKind, StoreKind } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    seconds: { type: 'string', default: '60' },
    hosts: { type: 'string', default: 'local' },
    store: { type: 'string', default: 'sqlite' },
    gateways: { type: 'string', default: '1' },
  },
});
const { hosts, store } = values;
const [seed, seconds, gateways] = [Number(values.seed), Number(values.seconds), Number(values.gateways)];
const areNumbers = Number.isSafeInteger(seed) && seconds > 0 && Number.isSafeInteger(gateways) && gateways > 0;
// Gateways share nothing but a PostgreSQL database and a host behind ssh.
const canShare = gateways === 1 || (hosts === 'ssh' && store === 'postgres');
if (!areNumbers || !isHostKind(hosts) || !isStoreKind(store) || !canShare) {
  process.stderr.write(
    'npm run test:chaos -- [--seed N] [--seconds S] [--hosts local|ssh] [--store sqlite|postgres] [--gateways N]\n' +
      'More than one gateway need --hosts ssh --store postgres.\n',
  );
  process.exit(64);
}
const options = { seed, seconds, hosts, store, gateways };
const again = `npm run test:chaos -- ${Object.entries(options)
  .map(([name, value]) => `--${name} ${value}`)
  .join(' ')}`;

process.stdout.write(`seed ${seed}\n${planLines(planOf(options)).join('\n')}\n`);
try {
  const { problems, questions, strikes } = await run(options);
  process.stdout.write(
    `${questions} questions, ${strikes} faults, ${problems.length === 0 ? 'nothing lost' : 'NOT well'}\n`,
  );
  if (problems.length > 0) fail(problems.join('\n'));
} catch (error) {
  fail(String(error instanceof Error ? error.stack : error));
}

/** The same plan again; a race may need more than one attempt. */
function fail(what: string): void {
  process.stderr.write(`${what}\nrepeat with: ${again}\n`);
  process.exitCode = 1;
}

function isHostKind(text: string): text is HostKind {
  return text === 'local' || text === 'ssh';
}

function isStoreKind(text: string): text is StoreKind {
  return text === 'sqlite' || text === 'postgres';
}
