/**
 * `npm run test:chaos -- --seed N --seconds S [--channel local|ssh] [--hosts N]
 * [--store sqlite|postgres] [--gateways N]`: one run of chaos.
 * Prints its plan, then what was not true; the exit status is 1 if there was anything.
 */
import { parseArgs } from 'node:util';
import { planLines } from './plan.ts';
import { planOf, run } from './run.ts';
import { type Channel, MOST_HOSTS, type StoreKind } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    seconds: { type: 'string', default: '60' },
    channel: { type: 'string', default: 'local' },
    hosts: { type: 'string', default: '1' },
    store: { type: 'string', default: 'sqlite' },
    gateways: { type: 'string', default: '1' },
  },
});
const { channel, store } = values;
const [seed, seconds] = [Number(values.seed), Number(values.seconds)];
const [hosts, gateways] = [Number(values.hosts), Number(values.gateways)];
const areNumbers =
  Number.isSafeInteger(seed) && seconds > 0 && isCount(gateways) && isCount(hosts) && hosts <= MOST_HOSTS;
// Gateways share nothing but a PostgreSQL database and hosts behind ssh.
const canShare = (gateways === 1 || store === 'postgres') && ((gateways === 1 && hosts === 1) || channel === 'ssh');
if (!areNumbers || !isChannel(channel) || !isStoreKind(store) || !canShare) {
  process.stderr.write(
    'npm run test:chaos -- [--seed N] [--seconds S] [--channel local|ssh] [--hosts N] [--store sqlite|postgres] [--gateways N]\n' +
      `Up to ${MOST_HOSTS} hosts. More than one host need --channel ssh; more than one gateway need --channel ssh --store postgres.\n`,
  );
  process.exit(64);
}
const options = { seed, seconds, channel, hosts, store, gateways };
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

function isCount(number: number): boolean {
  return Number.isSafeInteger(number) && number > 0;
}

function isChannel(text: string): text is Channel {
  return text === 'local' || text === 'ssh';
}

function isStoreKind(text: string): text is StoreKind {
  return text === 'sqlite' || text === 'postgres';
}
