/** The routes that the router has, each with its guard, tried by every kind of caller. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { errorBody } from '../../src/contract/api.ts';
import { scopes } from '../../src/contract/scopes.ts';
import { SESSION_KEY_HEADER } from '../../src/contract/session-key.ts';
import { guards } from '../../src/http/guards.ts';
import { createServer } from '../../src/http/server.ts';
import { oneHost } from '../support/one-host.ts';
import { aPerson, call, disable, open, type Running, responseOf, runServer, signIn } from './running-server.ts';

/** Whoever adds a route writes its guard down here a second time. */
const CLOSED: Record<string, keyof typeof guards> = {
  'GET /api/admin/audit': 'admin',
  'GET /api/admin/audit/chain': 'admin',
  'GET /api/admin/audit/export': 'admin',
  'GET /api/admin/events': 'admin',
  'GET /api/admin/hosts': 'admin',
  'PATCH /api/admin/hosts/:name': 'admin',
  'GET /api/admin/sessions': 'admin',
  'POST /api/admin/sessions/:name/hibernate': 'admin',
  'POST /api/admin/sessions/:name/move': 'admin',
  'POST /api/admin/sessions/:name/reset': 'admin',
  'GET /api/admin/sessions/:name/screen': 'admin',
  'GET /api/admin/stats': 'admin',
  'GET /api/admin/turns': 'admin',
  'GET /api/admin/turns/:turnId': 'admin',
  'GET /api/admin/turns/choices': 'admin',
  'GET /api/admin/turns/export': 'admin',
  'GET /api/admin/users': 'admin',
  'PATCH /api/admin/users/:userId': 'admin',
  'DELETE /api/admin/users/:userId': 'admin',
  'GET /api/admin/users/:userId/export': 'admin',
  'POST /api/admin/users/:userId/sign-out': 'admin',
  'POST /api/attachments': 'ask',
  'GET /api/attachments/:id': 'read',
  'DELETE /api/attachments/:id': 'act',
  'POST /api/auth/sign-out': 'act',
  'GET /api/conversations': 'read',
  'POST /api/conversations': 'ask',
  'GET /api/conversations/:sessionId': 'read',
  'PATCH /api/conversations/:sessionId': 'act',
  'DELETE /api/conversations/:sessionId': 'act',
  'POST /api/conversations/:sessionId/reset': 'ask',
  'POST /ag-ui': 'ask',
  'POST /api/chat': 'ask',
  'GET /api/chat/:id/stream': 'read',
  'GET /api/events': 'read',
  'GET /api/me': 'read',
  'GET /metrics': 'metrics',
  'POST /api/session/reset': 'ask',
  'GET /api/turns': 'read',
  'POST /api/turns': 'ask',
  'GET /api/turns/:turnId': 'read',
  'GET /api/turns/export': 'read',
  'POST /api/turns/:turnId/approvals/:approvalId': 'act',
  'POST /api/turns/:turnId/cancel': 'act',
  'GET /api/turns/:turnId/events': 'read',
  'POST /api/turns/:turnId/feedback': 'act',
  'POST /v1/chat/completions': 'ask',
  'GET /v1/models': 'act',
  'GET /v1/models/:model': 'act',
  'POST /v1/responses': 'ask',
  'GET /v1/responses/:id': 'act',
  'POST /v1/responses/:id/cancel': 'act',
};

const OPEN = [
  'GET /',
  'GET /*',
  'GET /.well-known/jwks.json',
  'GET /admin',
  'GET /admin/*',
  'GET /api/auth/ways',
  'GET /client.js',
  'GET /embed',
  'GET /embed.js',
  'GET /healthz',
  'GET /openapi.json',
  'GET /readyz',
  'HEAD /',
  'HEAD /*',
  'HEAD /admin',
  'HEAD /admin/*',
  'HEAD /healthz',
  'POST /',
  'POST /api/auth/code',
  'POST /api/auth/embed',
  'POST /api/auth/token',
];

const ID = '39152504-4154-4a41-92f6-60d5456892f2';

function closedRoutes({ app }: Running) {
  return app.routes
    .filter((route) => !route.open)
    .map(({ method, url, guard }) => ({
      method,
      url,
      guard,
      name: `${method} ${url}`,
      path: url.replace(/:(turnId|userId|approvalId|name)/g, ID),
    }));
}

/** In our own form, or in that of the protocol that the route speaks. */
function codeOf(json: unknown): string {
  const openAi = z.strictObject({
    error: z.strictObject({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string(),
      retryable: z.boolean(),
    }),
  });
  const agUi = z.strictObject({ type: z.literal('RUN_ERROR'), message: z.string(), code: z.string() });
  const body = z.union([errorBody.strict(), openAi, agUi]).parse(json);
  return 'error' in body ? body.error.code : body.code;
}

/** The status alone: a stream does not end. */
async function statusOf(server: Running, method: string, path: string, headers: Record<string, string>) {
  const request = open(server, { method, path, headers: { connection: 'close', ...headers } });
  request.end();
  const { statusCode, destroy } = await responseOf(request).then((response) => ({
    statusCode: response.statusCode as number,
    destroy: () => response.destroy(),
  }));
  destroy();
  return statusCode;
}

test('every route is listed here, as open or with its guard', async () => {
  const server = await runServer();
  const opened = server.app.routes.filter((route) => route.open).map(({ method, url }) => `${method} ${url}`);
  expect(opened.sort()).toEqual(OPEN);
  const closed = closedRoutes(server).map(({ name, guard }) => [name, guard]);
  expect(Object.fromEntries(closed)).toEqual(
    Object.fromEntries(Object.entries(CLOSED).map(([name, guard]) => [name, guards[guard]])),
  );
});

test('every closed route answers 401 without sign-in', async () => {
  const server = await runServer({ rateLimit: 10_000 });
  for (const { method, name, path } of closedRoutes(server)) {
    const attempts: Record<string, string>[] = [
      {},
      { authorization: `Bearer pal_${'A'.repeat(43)}` },
      { authorization: 'Bearer' },
      { authorization: 'Basic cm9vdDpyb290' },
      { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciJ9.' },
      { cookie: `paliadin-${server.port}=${'A'.repeat(43)}`, origin: server.origin },
      { cookie: `paliadin-${server.port}=`, [SESSION_KEY_HEADER]: '', origin: server.origin },
      { [SESSION_KEY_HEADER]: 'A'.repeat(43), origin: server.origin },
      { 'tailscale-user-login': 'owner', 'x-forwarded-email': 'owner', 'x-forwarded-user': 'owner' },
    ];
    for (const headers of attempts) {
      const { status, json, headers: sent } = await call(server, method, path, { headers });
      expect([name, headers, status, codeOf(json)]).toEqual([name, headers, 401, 'unauthenticated']);
      expect(sent['www-authenticate']).toBe('Bearer');
    }
  }
});

test('each role and each token scope passes its own guards, and no others', async () => {
  const server = await runServer({ rateLimit: 10_000 });
  const member = await aPerson(server, { subject: 'max' });
  const admin = await aPerson(server, { subject: 'ada', role: 'admin' });
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const gone = await aPerson(server, { subject: 'gus', role: 'owner' });
  disable(server, gone.user.id);
  const one = await Promise.all(
    scopes.map(async (scope) => ({
      who: `the owner's token for ${scope}`,
      headers: (await aPerson(server, { subject: 'olga', role: 'owner', scopes: [scope] })).bearer,
      may: Object.entries(guards)
        .filter(([, guard]) => guard.scope === scope)
        .map(([name]) => name),
    })),
  );
  const callers = [
    { who: 'a member', headers: member.bearer, may: ['read', 'act', 'ask'] },
    { who: 'an admin', headers: admin.bearer, may: ['read', 'act', 'ask', 'admin', 'metrics'] },
    { who: 'the owner', headers: owner.bearer, may: ['read', 'act', 'ask', 'admin', 'metrics'] },
    { who: 'a disabled owner', headers: gone.bearer, may: [] },
    ...one,
  ];
  for (const { who, headers, may } of callers) {
    for (const { method, name, path } of closedRoutes(server)) {
      const status = await statusOf(server, method, path, headers);
      expect([who, name, status === 403 ? 'refused' : 'through'], String(status)).toEqual([
        who,
        name,
        may.includes(CLOSED[name] as string) ? 'through' : 'refused',
      ]);
      // Through means: as far as the route itself, which complains of what was not said, or finds nothing.
      expect([200, 202, 204, 400, 403, 404]).toContain(status);
    }
  }
});

test('with PALIADIN_ACCESS=owner a member can read their own data, and ask nothing', async () => {
  const server = await runServer({ access: 'owner', rateLimit: 10_000 });
  const people = {
    member: await aPerson(server, { subject: 'max' }),
    admin: await aPerson(server, { subject: 'ada', role: 'admin' }),
    owner: await aPerson(server, { subject: 'olga', role: 'owner' }),
  };
  for (const [role, { bearer }] of Object.entries(people)) {
    for (const { method, name, path, guard } of closedRoutes(server)) {
      if (guard?.asks !== true) continue;
      const status = await statusOf(server, method, path, bearer);
      expect([role, name, status === 403]).toEqual([role, name, role !== 'owner']);
    }
  }
});

test('every route that changes something requires an Origin header from browsers and proxied users', async () => {
  const server = await runServer({
    rateLimit: 10_000,
    proxy: { header: 'x-forwarded-email', nameHeader: null },
    trustsProxy: (address) => address === '127.0.0.1',
  });
  const { user } = await aPerson(server, { subject: 'olga', role: 'owner' });
  const browser = await signIn(server, user);
  await call(server, 'GET', '/api/me', { headers: { 'x-forwarded-email': 'eve@example.com' } });
  await server.store.users.setRole((await server.store.users.bySubject('proxy:eve@example.com'))?.id ?? '', 'owner', {
    actor: 'cli',
    at: 1,
  });
  for (const headers of [browser, { 'x-forwarded-email': 'eve@example.com' }] as Record<string, string>[]) {
    for (const { method, name, path } of closedRoutes(server)) {
      if (method === 'GET' || name === 'POST /api/auth/sign-out') continue;
      expect([name, await statusOf(server, method, path, headers)]).toEqual([name, 403]);
      expect([name, await statusOf(server, method, path, { ...headers, origin: server.origin })]).not.toEqual([
        name,
        403,
      ]);
    }
  }
});

test('startup fails if a route declares no guard', async () => {
  const { turns, services, agent, webRoot, app } = await runServer();
  const { log } = app;
  const make = (config: object) =>
    createServer({
      services,
      turns,
      webRoot,
      starters: () => [],
      rateLimit: 10,
      version: '1',
      hosts: oneHost(agent),
      report: async () => null,
      publicOrigins: () => [],
      appOrigins: [],
      clock: Date.now,
      random: (n) => Buffer.alloc(n, 1),
      logger: log,
    }).then((fresh) => {
      fresh.get('/api/forgotten', { config }, async () => 'open to all');
      return fresh;
    });
  await expect((await make({})).ready()).rejects.toThrow(/neither `open` nor their `guard`.*GET \/api\/forgotten/);
  await expect((await make({ open: true, guard: guards.read })).ready()).rejects.toThrow(/GET \/api\/forgotten/);
  await expect((await make({ open: true })).ready()).resolves.toBeDefined();
});

test('unknown addresses and methods get a JSON error without a stack', async () => {
  const server = await runServer();
  expect(await call(server, 'GET', '/api/nothing')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  expect(await call(server, 'POST', '/nothing')).toMatchObject({ status: 404, json: { code: 'not_found' } });
  expect(await call(server, 'GET', '/%zz')).toMatchObject({ status: 400, json: { code: 'bad_request' } });
  expect(await call(server, 'DELETE', '/api/turns')).toMatchObject({
    status: 405,
    headers: { allow: 'POST, GET' },
    json: { code: 'bad_request', detail: 'this address takes POST, GET' },
  });
  expect(await call(server, 'OPTIONS', '/api/turns')).toMatchObject({ status: 405 });
  const german = await call(server, 'GET', '/api/nothing', { headers: { 'accept-language': 'fr;q=0.3, de-AT' } });
  expect(german.json.message).toBe('Hier gibt es nichts mit diesem Namen.');
});
