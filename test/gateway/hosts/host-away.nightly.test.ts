/** What a question can do while its host is away: it fails, waits, or goes on elsewhere. Two hosts, each behind its own sshd. */
import { expect, test } from 'vitest';
import { cliEnv, runCli } from '../../cli/run-cli.ts';
import type { ApiClient } from '../../support/api-client.ts';
import type { TestGateway } from '../../support/gateway.ts';
import type { Laptop } from '../../support/laptop.ts';
import { hostViews } from '../../support/listed-hosts.ts';
import { LONG_MS, useTwoHosts } from '../../support/two-hosts.ts';
import { until } from '../../support/until.ts';

const LONG = LONG_MS;
let home: Laptop;
let office: Laptop;
let gateway: TestGateway;
let anna: ApiClient;
let session: string;

useTwoHosts(
  { home: 9, office: 2 },
  {
    async prepare(hosts) {
      gateway = hosts.gateway;
      ({ home, office } = hosts.laptops);
      anna = await gateway.as('anna');
      session = (await anna.me()).session.name;
      await anna.answer('demo echo one');
    },
  },
);

async function presence(is: 'here' | 'away'): Promise<void> {
  await until(`the host to be ${is}`, async () =>
    (await hostViews(gateway)).hosts.some((host) => host.name === 'home' && host.presence === is),
  );
}

async function goAway(): Promise<void> {
  await home.stopListening();
  home.cut();
  await presence('away');
}

const came = (turnId: string) => home.prompts(session).filter((prompt) => prompt.turnId === turnId).length;
const waits = (turnId: string) =>
  until('the question to wait for its host', async () => {
    const { status, presence: now } = await anna.turn(turnId);
    return status === 'queued' && now === 'away';
  });

test('a question that is left for its host is answered when the host is back, once', { timeout: LONG }, async () => {
  await goAway();
  expect(await anna.answer('demo echo two')).toMatchObject({
    status: 'failed',
    awayUntil: null,
    error: { code: 'mriver_unreachable' },
  });
  const { turnId, awayUntil, startedAt } = await anna.ask('demo echo two', { whenAway: 'wait' });
  expect(awayUntil).toBe(startedAt + 12 * 3_600_000);
  await waits(turnId);
  await home.startListening();
  expect(await anna.finished(turnId)).toMatchObject({ status: 'completed', error: null });
  expect(came(turnId)).toBe(1);
});

test('a question that was left can be withdrawn, and is never sent', { timeout: LONG }, async () => {
  await goAway();
  const { turnId } = await anna.ask('demo echo three', { whenAway: 'wait' });
  await waits(turnId);
  expect(await anna.cancel(turnId)).toMatchObject({ status: 'cancelled' });
  await home.startListening();
  await presence('here');
  await anna.answer('demo echo four');
  expect(came(turnId)).toBe(0);
});

test('a left question waits on after a restart, and ends after PALIADIN_AWAY_LIMIT', { timeout: LONG }, async () => {
  await goAway();
  const kept = await anna.ask('demo echo five', { whenAway: 'wait' });
  await waits(kept.turnId);
  await gateway.end('SIGKILL');
  await gateway.start({ PALIADIN_AWAY_LIMIT: '2s' });
  await waits(kept.turnId);
  await anna.cancel(kept.turnId);
  const { turnId } = await anna.ask('demo echo six', { whenAway: 'wait' });
  expect(await anna.finished(turnId)).toMatchObject({
    status: 'failed',
    error: { code: 'away_limit', retryable: true },
  });
  expect(came(turnId)).toBe(0);
  await home.startListening();
  await gateway.end('SIGKILL');
  await gateway.start(); // with the usual limit
});

test('a question goes on elsewhere only where the owner has named other hosts, and only while its host is away', {
  timeout: LONG,
}, async () => {
  const elsewhere = { whenAway: 'elsewhere' } as const;
  expect((await anna.me()).elsewhere).toBe(false);
  expect((await runCli(cliEnv(gateway), 'host', 'prefer', 'home', 'office')).code).toBe(0);
  await until('the order to be known', async () => (await anna.me()).elsewhere);
  // Its host is there.
  expect(await anna.answer('demo echo seven', elsewhere)).toMatchObject({ status: 'completed', generation: 1 });
  await goAway();
  // Not both: what was left may be answered yet.
  const left = await anna.ask('demo echo eight', { whenAway: 'wait' });
  await waits(left.turnId);
  const both = await anna.call('POST', '/api/turns', { body: { message: 'demo echo eight', ...elsewhere } });
  expect([both.status, await both.json()]).toEqual([409, expect.objectContaining({ code: 'conflict' })]);
  expect(await anna.cancel(left.turnId)).toMatchObject({ status: 'cancelled' });
  const { turnId } = await anna.ask('demo echo eight', elsewhere);
  expect(await anna.finished(turnId)).toMatchObject({ status: 'completed', notices: ['moved'], generation: 2 });
  expect(office.prompts(session)[0]?.message).toContain('> Question: demo echo seven');
  expect(came(turnId)).toBe(0);
  const [moved] = await (await gateway.store()).audit.list({ action: 'session.moved', limit: 1 });
  expect(moved).toMatchObject({ detail: { from: 'home', to: 'office', because: 'away' } });
  expect(moved?.actor).toBe(moved?.subject);
});
