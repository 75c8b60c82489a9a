import { expect, test, vi } from 'vitest';
import { readiness } from '../../src/contract/api.ts';
import { PaliadinError } from '../../src/contract/errors.ts';
import type { HostIdentity } from '../../src/contract/host.ts';
import { aPerson, call, runServer, signIn } from './running-server.ts';
import { scriptedBackend } from './scripted-backend.ts';

test('/healthz answers, and /readyz is ready while store and backend are', async () => {
  const server = await runServer();
  expect(await call(server, 'GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
  expect((await call(server, 'HEAD', '/healthz')).status).toBe(200);
  expect(await call(server, 'GET', '/readyz')).toMatchObject({ status: 200, json: { ready: true, reasons: [] } });
});

test('/readyz names what is not ready, with details for the owner only', async () => {
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

test('/readyz tells only the owner which host there is, and how it is reached', async () => {
  const known = { version: '0.1.0', agent: 'demo', driver: 'demo', settings: '' };
  let identity: HostIdentity | null = null;
  const backend = { ...scriptedBackend(), kind: 'remote', host: 'laptop', report: async () => null } as const;
  const server = await runServer({ backend: { ...backend, identity: () => identity } });
  const [owner, anna] = [await aPerson(server, { subject: 'owner', role: 'owner' }), await aPerson(server)];
  const hostFor = async (headers: Record<string, string>) =>
    readiness.parse((await call(server, 'GET', '/readyz', { headers })).json).hosts?.[0] ?? null;
  expect(await hostFor(anna.bearer)).toBeNull();
  expect(await hostFor({})).toBeNull();
  const told = { backend: 'remote', name: 'laptop', agent: 'demo' };
  expect(await hostFor(owner.bearer)).toEqual({ ...told, mode: null, version: null });
  identity = { ...known, protocol: 1 };
  expect(await hostFor(owner.bearer)).toEqual({ ...told, mode: 'channel', version: '0.1.0' });
  identity = { ...known, protocol: 0 };
  expect(await hostFor(owner.bearer)).toEqual({ ...told, mode: 'verbs', version: '0.1.0' });
});

test('/readyz reports a closed store and a silent backend together, within seconds', async () => {
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

test('frequent /readyz requests check the store only once in a while', async () => {
  const server = await runServer();
  const check = vi.spyOn(server.store, 'check');
  await Promise.all(Array.from({ length: 50 }, () => call(server, 'GET', '/readyz')));
  expect(check.mock.calls.length).toBeLessThanOrEqual(2);
});

test('/readyz shows no details to a disabled, signed-out or revoked user, or to a token of another scope', async () => {
  const jwt = {
    keyDigests: ['x'],
    admit: async () => ({ ...named('jwt:olga'), keyDigest: 'x', issuedAt: 1_000_000, expiresAt: 2_000_000 }),
  };
  const server = await runServer({
    jwt,
    proxy: { header: 'x-forwarded-email', nameHeader: null },
    trustsProxy: () => true,
  });
  server.health.error = new PaliadinError('mriver_unreachable', 'laptop:22022 refused');
  const { users, signIn: ways } = server.store;
  const on = { actor: 'cli', at: 1 };
  const seen = async (headers: Record<string, string>) => {
    const { json } = await call(server, 'GET', '/readyz', { headers });
    return [readiness.parse(json).reasons[0]?.detail != null, json.hosts !== null];
  };
  const [all, none] = [
    [true, true],
    [false, false],
  ];
  for (const role of ['owner', 'admin'] as const) {
    const { user, bearer } = await aPerson(server, { subject: `${role}-here`, role });
    const browser = await signIn(server, user);
    expect([role, await seen(bearer), await seen({ ...browser })]).toEqual([role, all, all]);
    await users.disable(user.id, on);
    expect([role, await seen(bearer), await seen({ ...browser })]).toEqual([role, none, none]);
    await users.enable(user.id, on); // in the browser they sign in again
    expect([role, await seen(bearer), await seen({ ...browser })]).toEqual([role, all, none]);
    await ways.signOutEverywhere(user.id, { now: 2_000_000, tokens: true, actor: 'cli' });
    expect([role, await seen(bearer), await seen({ ...browser })]).toEqual([role, none, none]);
  }
  // By the application's word and by the proxy's.
  for (const [subject, headers] of [
    ['jwt:olga', { authorization: 'Bearer a.b.c' }],
    ['proxy:olga', { 'x-forwarded-email': 'olga' }],
  ] as const) {
    expect([subject, await seen(headers)]).toEqual([subject, none]);
    const { id = '' } = (await users.bySubject(subject)) ?? {};
    await users.setRole(id, 'admin', on);
    expect([subject, await seen(headers)]).toEqual([subject, all]);
    await users.disable(id, on);
    expect([subject, await seen(headers)]).toEqual([subject, none]);
  }
  // What an admin's token is not for, it does not show.
  for (const scope of ['ask', 'read', 'metrics', 'admin'] as const) {
    const { bearer } = await aPerson(server, { subject: 'ada', role: 'admin', scopes: [scope] });
    expect([scope, await seen(bearer)]).toEqual([scope, scope === 'admin' ? all : none]);
  }
  const demoted = await aPerson(server, { subject: 'dora', role: 'admin' });
  await users.setRole(demoted.user.id, 'member', on);
  expect(await seen(demoted.bearer)).toEqual(none);
});

test('error details are shown to the owner’s token only if it has a scope for them', async () => {
  const server = await runServer();
  const olga = { subject: 'olga', role: 'owner' } as const;
  const [toAsk, toSee] = [await aPerson(server, { ...olga, scopes: ['ask', 'read'] }), await aPerson(server, olga)];
  server.turns.history = async () => {
    throw new PaliadinError('store_unavailable', '/srv/paliadin/paliadin.db is locked');
  };
  const detail = async ({ bearer }: typeof toAsk) =>
    (await call(server, 'GET', '/api/turns', { headers: bearer })).json.detail;
  expect(await detail(toSee)).toContain('/srv/paliadin');
  expect(await detail(toAsk)).toBeNull();
});

function named(subject: string) {
  return { subject, name: 'Olga', email: null, locale: null };
}
