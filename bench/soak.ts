/**
 * Many active users for a long time: whether memory grows, whether the event loop is delayed, and whether anything is
 * left behind. `PALIADIN_BENCH_MINUTES` is the duration (2), `PALIADIN_BENCH_USERS` the number of users (24),
 * `PALIADIN_BENCH_PANES` the number of terminals (a third as many), `PALIADIN_BENCH_PAUSE_MS` how long each reads an
 * answer (500). With fewer terminals than users, agents start and end all the time, which is most of the work.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../test/support/api-client.ts';
import { endHost } from '../test/support/end-host.ts';
import { startTestGateway } from '../test/support/gateway.ts';
import { temporaryDirectory } from '../test/support/temporary.ts';
import { residentMegabytes } from './support/memory.ts';
import { figure, report } from './support/report.ts';

const MINUTES = Number(process.env.PALIADIN_BENCH_MINUTES ?? 2);
const USERS = Number(process.env.PALIADIN_BENCH_USERS ?? 24);
const PAUSE_MS = Number(process.env.PALIADIN_BENCH_PAUSE_MS ?? 500);
const PANES = Number(process.env.PALIADIN_BENCH_PANES ?? Math.ceil(USERS / 3));

const state = await temporaryDirectory();
const delays = join(state.path, 'loop-delay');
mkdirSync(delays);
const probe = new URL('./support/loop-delay.ts', import.meta.url).href;
await using gateway = await startTestGateway({
  stateDir: state.path,
  env: {
    PALIADIN_LOG_LEVEL: 'error',
    PALIADIN_MAX_PANES: String(PANES),
    PALIADIN_DEMO_PACE: '1',
    NODE_OPTIONS: `--import=${probe}`,
    LOOP_DELAY_DIR: delays,
  },
});
await (await gateway.as('user-0')).answer('demo at once');
const daemonPid = await gateway.daemonPid();
// On a busy machine an idle process is delayed as well: it is the reference for the others.
const idle = spawn(process.execPath, [`--import=${probe}`, '--eval', 'setInterval(() => {}, 60_000)'], {
  env: { LOOP_DELAY_DIR: delays },
  stdio: 'ignore',
});
const ends = new Map<string, number>();
writeFileSync(join(delays, 'begin'), '');
const until = performance.now() + MINUTES * 60_000;

/** The users' actions, ordinary ones more often than the rest. */
const QUESTIONS = [
  'Which cases are due this week?',
  'Show me a table of the cases.',
  'demo tools 3',
  'demo slow 4',
  'demo long 64kb',
  'demo at once',
  'demo crash 3',
  'demo long 1mb',
];

async function person(client: ApiClient, number: number): Promise<void> {
  // Everyone does the same, at different times.
  for (let round = number; performance.now() < until; round++) {
    const { turnId } = await client.ask(QUESTIONS[round % QUESTIONS.length] ?? '');
    if (round % 11 === 10) {
      await delay(200);
      await client.cancel(turnId);
    }
    const { status } = await client.finished(turnId);
    ends.set(status, (ends.get(status) ?? 0) + 1);
    await client.history();
    if (round % 5 === 4) await client.call('GET', `/api/turns/${turnId}`);
    if (round % 29 === 28) await client.reset();
    await delay(PAUSE_MS);
  }
}

const memory = () => ({ gateway: residentMegabytes(gateway.pid), daemon: residentMegabytes(daemonPid) });
const samples: { gateway: number; daemon: number }[] = [];
const sampling = setInterval(() => samples.push(memory()), 5_000);

const clients = await Promise.all(Array.from({ length: USERS }, (_, user) => gateway.as(`user-${user}`)));
const outcomes = await Promise.allSettled(clients.map(person));
clearInterval(sampling);
const broken = outcomes.filter(({ status }) => status === 'rejected');
for (const { reason } of broken as PromiseRejectedResult[]) process.stderr.write(`${reason}\n`);

const late = new Map(
  readdirSync(delays)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [Number.parseInt(name, 10), JSON.parse(readFileSync(join(delays, name), 'utf8'))]),
);
const gatewayPid = gateway.pid;
idle.kill();
const exit = await gateway.end('SIGTERM');
await endHost(join(state.path, 'host'));
// An agent whose terminal has just been ended needs a moment to end as well.
for (let looks = 0; processesOf(state.path).length > 0 && looks < 50; looks++) await delay(100);
const left = processesOf(state.path);
const peak = (of: 'gateway' | 'daemon', from: number, to: number) =>
  Math.max(...samples.slice(Math.floor(from * samples.length), Math.ceil(to * samples.length)).map((one) => one[of]));

report(`${USERS} people on ${PANES} terminals for ${MINUTES} minutes`, [
  ...[...ends].map(([status, count]) => figure(`turns ${status}`, count)),
  figure('people whose client broke', broken.length, '0'),
  ...(['gateway', 'daemon'] as const).flatMap((process) => [
    figure(`${process}: most memory in the second quarter, MB`, peak(process, 0.25, 0.5)),
    figure(`${process}: in the last, MB`, peak(process, 0.75, 1), 'the same'),
  ]),
  ...Object.entries({ gateway: gatewayPid, daemon: daemonPid, 'a process that does nothing': idle.pid }).flatMap(
    ([process, pid]) => {
      const { p99, p999, max } = late.get(pid ?? 0) ?? {};
      return [
        figure(`${process}: event loop late, p99, ms`, p99),
        figure(`${process}: event loop late, p99.9, ms`, p999, '< 50'),
        figure(`${process}: event loop late, most, ms`, max),
      ];
    },
  ),
  figure('exit code after SIGTERM', Number(exit), '0'),
  figure('processes left', left.length, '0'),
]);
for (const line of left) process.stderr.write(`${line}\n`);
await state.remove();

/** The command lines of processes that still run for this directory. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const told = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
        return told.includes(directory)
          ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`]
          : [];
      } catch {
        return []; // it has just ended
      }
    });
}
