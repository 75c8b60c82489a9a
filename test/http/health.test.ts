import { expect, test, vi } from 'vitest';
import { readiness } from '../../src/contract/api.ts';
import { PaliadinError } from '../../src/contract/errors.ts';
import type { HostIdentity } from '../../src/contract/host.ts';
import { aPerson, call, runServer } from './running-server.ts';
import { scriptedBackend } from './scripted-backend.ts';

test('it lives, and is ready while store and backend are', async () => {
  const server = await runServer();
  expect(await call(server, 'GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
  expect((await call(server, 'HEAD', '/healthz')).status).toBe(200);
  expect(await call(server, 'GET', '/readyz')).toMatchObject({ status: 200, json: { ready: true, reasons: [] } });
});

test('what is in the way is named; the details are for the owner', async () => {
  const server = await runServer();
  const [owner, anna] = [await aPerson(server, { subject: 'owner', role: 'owner' }), await aPerson(server)];
  server.health.error = new PaliadinError('mriver_unreachable', 'laptop:22022 refused');
  for (const [headers, detail] of [
    [owner.bearer, 'laptop:22022 refused'],
    [anna.bearer, null],
    [{}, null],
  ] as const) {
    const { status, json } = await call(server, 'GET', '/readyz', { headers });
    expect(status).toBe(503);
    expect(readiness.parse(json)).toMatchObject({
      ready: false,
      reasons: [{ part: 'backend', code: 'mriver_unreachable', detail }],
    });
  }
});

test('the owner is told which host it is, and how it is reached', async () => {
  const known = { version: '0.1.0', agent: 'demo', driver: 'demo', settings: '' };
  let identity: HostIdentity | null = null;
  const backend = { ...scriptedBackend(), kind: 'remote', host: 'laptop', report: async () => null } as const;
  const server = await runServer({ backend: { ...backend, identity: () => identity } });
  const [owner, anna] = [await aPerson(server, { subject: 'owner', role: 'owner' }), await aPerson(server)];
  const hostFor = async (headers: Record<string, string>) =>
    readiness.parse((await call(server, 'GET', '/readyz', { headers })).json).host;
  expect(await hostFor(anna.bearer)).toBeNull();
  expect(await hostFor({})).toBeNull();
  const told = { backend: 'remote', name: 'laptop', agent: 'demo' };
  expect(await hostFor(owner.bearer)).toEqual({ ...told, mode: null, version: null });
  identity = { ...known, protocol: 1 };
  expect(await hostFor(owner.bearer)).toEqual({ ...told, mode: 'channel', version: '0.1.0' });
  identity = { ...known, protocol: 0 };
  expect(await hostFor(owner.bearer)).toEqual({ ...told, mode: 'verbs', version: '0.1.0' });
});

test('a store that is gone and a backend that says nothing are both told, within seconds', async () => {
  const report = () => new Promise<null>(() => undefined);
  const server = await runServer({
    backend: { ...scriptedBackend(), kind: 'remote', host: 'laptop', report },
  });
  await server.store.close();
  const { status, json } = await call(server, 'GET', '/readyz');
  expect(status).toBe(503);
  expect(readiness.parse(json).reasons.map(({ part, code }) => [part, code])).toEqual([
    ['store', 'store_unavailable'],
    ['backend', 'timeout'],
  ]);
}, 6000);

test('however often somebody asks, the store is written once in a while', async () => {
  const server = await runServer();
  const check = vi.spyOn(server.store, 'check');
  await Promise.all(Array.from({ length: 50 }, () => call(server, 'GET', '/readyz')));
  expect(check.mock.calls.length).toBeLessThanOrEqual(2);
});
