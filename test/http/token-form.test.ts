/** Opening the page signed in, from a form of the application. */
import { expect, test } from 'vitest';
import { call, runServer } from './running-server.ts';

const post = (body: string, headers: Record<string, string> = {}) => ({
  body,
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
});

test.each(['https://app', 'https://unlisted.example', 'null'])(
  'a form on %s leads to the page with the token in its fragment, and signs nobody in by itself',
  async (origin) => {
    const server = await runServer();
    const headers = { origin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const posted = await call(server, 'POST', '/?page=%2Fcases%2F42', post('token=ey.a-b.c_d', headers));
    expect([posted.status, posted.headers.location]).toEqual([303, '/?page=%2Fcases%2F42#token=ey.a-b.c_d']);
    expect(posted.headers['set-cookie']).toBeUndefined();
    expect(posted.headers['cache-control']).toBe('no-store');
    expect(server.log()).not.toContain('ey.a-b.c_d');
  },
);

test('a form without a token of an application is refused, and says what is missing', async () => {
  const server = await runServer();
  for (const body of ['', 'token=', 'token=not-a-jwt', 'token=a.b.c%23%0d%0ax-evil: 1', 'tokn=a.b.c']) {
    const { status, headers, json } = await call(server, 'POST', '/', post(body));
    expect([body, status, json.code]).toEqual([body, 400, 'bad_request']);
    expect(json.detail).toContain('token');
    expect(headers.location).toBeUndefined();
  }
  const { status } = await call(server, 'POST', '/api/auth/token', post('token=a.b.c'));
  expect(status).toBe(415);
});

test('the sign-in page learns where the application is', async () => {
  const server = await runServer({ appUrl: 'https://app/start' });
  expect((await call(server, 'GET', '/api/auth/ways')).json.applicationUrl).toBe('https://app/start');
});
