/** The store is on a PostgreSQL server, which stops, falls silent, or loses a connection in the middle of a commit. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { sharedServer, startServer } from '../support/postgres.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

// A server of its own, a gateway with its host, and limits of seconds that have to pass.
vi.setConfig({ testTimeout: 120_000 });

const WHOLE = 'This is the first half. This is the second half.';

/** A gateway that reaches its database through a proxy; the tests reach it directly. */
async function behindProxy() {
  const databaseUrl = await (await sharedServer()).newDatabase();
  const proxy = await tcpProxy(Number(new URL(databaseUrl).port));
  const proxied = new URL(databaseUrl);
  proxied.port = String(proxy.port);
  const gateway = await gatewayForTest({ databaseUrl, env: { PALIADIN_DATABASE_URL: proxied.href } });
  return { gateway, proxy };
}

test('F16: an answer is completed from the journal when PostgreSQL is back', async () => {
  const server = await startServer();
  onTestFinished(() => server.kill());
  const gateway = await gatewayForTest({ databaseUrl: await server.newDatabase() });
  const owner = await somebody(gateway);
  const turn = await owner.ask('demo hold here');
  await owner.until(turn.turnId, 'chunk');
  await server.kill();
  await owner.release('here');
  const unready = { ready: false, reasons: [{ part: 'store', code: 'store_unavailable' }] };
  await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).json()).toMatchObject(unready);
  await server.start();
  expect(await owner.finished(turn.turnId)).toMatchObject({ status: 'completed', response: WHOLE, error: null });
  expect(await owner.timesReceived(turn.turnId)).toBe(1);
  expect(await (await gateway.store()).audit.verify({ contents: true })).toMatchObject({ broken: null });
  await owner.goesOn();
});

test('F17: while PostgreSQL is silent a question gets 503 in time and is not typed; afterwards the turn ends', async () => {
  const { gateway, proxy } = await behindProxy();
  const owner = await somebody(gateway);
  const turn = await owner.ask('demo hold here');
  await owner.until(turn.turnId, 'chunk');
  proxy.stop();
  await owner.release('here');
  const body = { message: 'demo at once' };
  const ask = () => owner.call('POST', '/api/turns', { body, headers: { 'idempotency-key': 'one' } });
  const from = performance.now();
  const refused = await ask();
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'store_unavailable', retryable: true });
  expect(performance.now() - from).toBeLessThan(10_000);
  const probed = performance.now();
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
  expect(performance.now() - probed).toBeLessThan(5_000);
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  proxy.go();
  expect(await owner.finished(turn.turnId)).toMatchObject({ status: 'completed', response: WHOLE });
  expect((await gateway.prompts(owner.session)).map((prompt) => prompt.turnId)).toEqual([turn.turnId]);
  await owner.goesOn();
});

test('F18: a question whose commit lost its connection is one turn, asked again or not', async () => {
  const { gateway, proxy } = await behindProxy();
  const owner = await somebody(gateway);
  await owner.goesOn();
  const body = { message: 'demo at once' };
  const ask = (key: string) => owner.call('POST', '/api/turns', { body, headers: { 'idempotency-key': key } });
  const turns: string[] = [];
  for (const key of ['again', 'never-again']) {
    const cut = proxy.cutAfter('insert into "turns"', 'commit');
    expect((await ask(key)).status).toBe(503);
    await cut;
    const [newest] = (await owner.history()).turns;
    turns.push(newest?.turnId as string);
    if (key === 'again') expect(await (await ask(key)).json()).toMatchObject({ turnId: newest?.turnId });
  }
  for (const turnId of turns) {
    expect(await owner.finished(turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
    expect(await owner.timesReceived(turnId)).toBe(1);
  }
  expect((await owner.history()).turns).toHaveLength(3);
});

test('a second gateway on the database is refused; one that was killed is replaced at once', async () => {
  const databaseUrl = await (await sharedServer()).newDatabase();
  const gateway = await gatewayForTest({ databaseUrl });
  const owner = await somebody(gateway);
  const turn = await owner.ask('demo hold here');
  await owner.until(turn.turnId, 'chunk');
  await expect(startTestGateway({ databaseUrl })).rejects.toThrow('another gateway runs on the database');
  await gateway.end('SIGKILL');
  await gateway.start();
  await owner.release('here');
  expect(await owner.finished(turn.turnId)).toMatchObject({ status: 'completed', response: WHOLE });
});
