/**
 * A URL can be spelled in many ways, and a client need not normalise it. The matched route decides, not the spelling.
 */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { aPerson, call, type Running, runServer } from './running-server.ts';

/** How `/api/me` can be written in a request, and whether the router takes it for that route. */
const SPELLINGS: [target: string, isRoute: boolean][] = [
  ['/api/me', true],
  ['/api/me?', true],
  ['/api/me?x=/api/../healthz', false], // it is the route, which takes no parameter
  ['/api/me#x', false], // likewise
  ['/%61pi/me', true],
  ['/%61%70%69/%6d%65', true],
  ['/api/m%65', true],
  ['/%61pi/me?/healthz', false], // likewise
  ['http://elsewhere.example/api/me', true],
  ['http://elsewhere.example/%61pi/me', true],
  ['https://elsewhere.example/api/me', true],
  ['//api/me', false],
  ['/api//me', false],
  ['/./api/me', false],
  ['/assets/../api/me', false],
  ['/assets/%2e%2e/api/me', false],
  ['/api%2fme', false],
  ['/%2fapi/me', false],
  ['/API/me', false],
  ['/Api/ME', false],
  ['/api/me/', false],
  ['/api/me%00', false],
  ['/api/me%3fx', false],
  ['/api/me;x', false],
  ['/%2561pi/me', false],
  ['/%c1%a1pi/me', false],
  ['\\api\\me', false],
];

/** As it stands, without a client that would tidy the address up. */
async function raw(server: Running, method: string, target: string, headers: Record<string, string>) {
  const socket = connect(server.port, '127.0.0.1');
  const all = { host: `127.0.0.1:${server.port}`, connection: 'close', ...headers };
  const lines = [`${method} ${target} HTTP/1.1`, ...Object.entries(all).map(([name, value]) => `${name}: ${value}`)];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const answer = await text(socket);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]), answer };
}

test.each(SPELLINGS)('a page of another site gets nothing from %s', async (target, isRoute) => {
  const server = await runServer();
  const { user, bearer } = await aPerson(server);
  const own = await raw(server, 'GET', target, bearer);
  expect([own.status === 200, own.answer.includes(user.id)]).toEqual([isRoute, isRoute]);
  for (const site of ['cross-site', 'same-site']) {
    const { status, answer } = await raw(server, 'GET', target, { ...bearer, 'sec-fetch-site': site });
    expect([site, status, answer.includes(user.id)]).toEqual([site, isRoute ? 403 : expect.toSatisfy(isError), false]);
  }
});

test('pages of other sites reach only routes that answer the same for everybody', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server, { subject: 'olga', role: 'owner' });
  const allowed: string[] = [];
  for (const { method, url, open } of server.app.routes) {
    const { status } = await raw(server, method, url.replace(/:\w+|\*/g, 'x'), {
      ...bearer,
      'sec-fetch-site': 'same-site',
    });
    if (status !== 403) allowed.push(`${method} ${url}`);
    expect([url, status === 403 || open]).toEqual([url, true]);
  }
  expect(allowed.sort()).toEqual([
    'GET /',
    'GET /*',
    'GET /.well-known/jwks.json',
    'GET /admin',
    'GET /admin/*',
    'GET /client.js',
    'GET /embed',
    'GET /embed.js',
    'GET /healthz',
    'GET /openapi.json',
    'HEAD /',
    'HEAD /*',
    'HEAD /admin',
    'HEAD /admin/*',
    'HEAD /healthz',
    'POST /',
  ]);
});

test('guard, rate limit, log and figures do not depend on how a URL is spelled', async () => {
  const server = await runServer({ rateLimit: 3 });
  const { bearer } = await aPerson(server);
  const spelt = ['/api/me', '/%61pi/me', 'http://elsewhere.example/api/m%65', '/api/me?x'];
  const statuses = [];
  for (const target of spelt) statuses.push((await raw(server, 'GET', target, bearer)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await raw(server, 'GET', '/%68ealthz', {})).status).toBe(200); // not counted, however it is spelt
  for (const target of ['/%61pi/me', '/api/adm%69n/users']) {
    expect([target, (await raw(server, 'GET', target, {})).status]).toEqual([target, 401]);
  }
  const lines = server
    .log()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const answered = lines.filter(({ msg }) => msg === 'answered').map(({ route }) => route);
  expect(answered).toEqual([...Array(4).fill('/api/me'), '/healthz', '/api/me', '/api/admin/users']);
});

test.each([
  ['DELETE', '/%61pi/turns', 'POST, GET'],
  ['DELETE', 'http://elsewhere.example/api/turns', 'POST, GET'],
  ['PUT', '/api/turns/x/c%61ncel', 'POST'],
])('%s %s: the error names the allowed methods', async (method, target, allow) => {
  const server = await runServer();
  const { status, answer } = await raw(server, method, target, {});
  expect([status, /^allow: (.*)\r$/m.exec(answer)?.[1]]).toEqual([405, allow]);
});

test('a malformed URL is refused', async () => {
  const server = await runServer();
  for (const target of ['/%zz', '/api/%', '/api/me%c3%28']) {
    expect([target, (await call(server, 'GET', target)).status]).toEqual([target, expect.toBeOneOf([400, 404])]);
  }
});

function isError(status: number): boolean {
  return status >= 400 && status < 500;
}
