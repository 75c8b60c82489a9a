/** The keys and tokens by themselves: rotation, and the exchange for a token of the application's. */
import { createServer } from 'node:http';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { signingKeys } from '../../src/app-tools/signing-keys.ts';
import { mintToken } from '../../src/app-tools/token.ts';
import { tokenSource } from '../../src/app-tools/token-source.ts';
import { temporaryStore } from '../store/temporary-store.ts';
import { closed, listening } from '../support/case-app.ts';

const DAY_MS = 86_400_000;

test('a key is published a day before it signs, and a day after; several gateways sign with the same', async () => {
  const { appTools } = (await temporaryStore()).store;
  let now = 0;
  const [one, other] = [1, 2].map(() => signingKeys({ store: appTools, clock: () => now }));
  const kids = async () => ((await one?.published())?.keys ?? []).map(({ kid }) => kid);
  const first = (await one?.current())?.kid;
  expect((await other?.current())?.kid).toBe(first);
  now = 29 * DAY_MS + 1;
  expect((await one?.current())?.kid).toBe(first);
  const [second, ...rest] = await kids();
  expect(rest).toEqual([first]);
  now = 30 * DAY_MS + 2;
  expect((await one?.current())?.kid).toBe(second);
  expect((await other?.current())?.kid).toBe(second);
  expect(await kids()).toEqual([second, first]);
  now = 59 * DAY_MS + 10;
  expect(await kids()).toHaveLength(2);
  expect(await kids()).not.toContain(first);
});

async function endpoint(answer: (form: URLSearchParams, authorization: string) => [status: number, body: object]) {
  const forms: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    forms.push(form);
    const [status, json] = answer(form, request.headers.authorization ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  const url = await listening(server);
  onTestFinished(() => closed(server));
  return { url, forms };
}

async function source(url: string) {
  const { appTools } = (await temporaryStore()).store;
  const keys = signingKeys({ store: appTools, clock: Date.now });
  const exchange = { url, clientId: 'gate way', clientSecret: 's:cret' };
  const options = { keys, issuer: () => 'https://gate.example', clock: Date.now, timeoutMs: 2000 };
  return { keys, token: tokenSource({ ...options, audience: 'https://app.example/mcp', exchange }) };
}

test('the gateway’s token is exchanged for the application’s, once a turn', async () => {
  const { url, forms } = await endpoint((_, authorization) => {
    expect(Buffer.from(authorization.slice(6), 'base64').toString()).toBe('gate%20way:s%3Acret');
    return [200, { access_token: `t${forms.length}`, token_type: 'Bearer', expires_in: 300 }];
  });
  const { keys, token } = await source(url);
  expect(await token({ subject: 'ana', turnId: 'one' })).toBe('t1');
  expect(await token({ subject: 'ana', turnId: 'one' })).toBe('t1');
  expect(await token({ subject: 'ben', turnId: 'two' })).toBe('t2');
  const form = Object.fromEntries(forms[0] ?? []);
  expect(form).toMatchObject({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    audience: 'https://app.example/mcp',
  });
  const set = createLocalJWKSet(await keys.published());
  const { payload } = await jwtVerify(form.subject_token ?? '', set, { audience: url });
  expect(payload).toMatchObject({ iss: 'https://gate.example', sub: 'ana', turn: 'one' });
});

test.each([
  [400, { error: 'invalid_target' }, 'refused (400): invalid_target.'],
  [400, { error: 'Bad\u001b[2J' }, 'refused (400): no token in its answer.'],
  [200, { access_token: 'a b', token_type: 'Bearer' }, 'refused (200): no token in its answer.'],
  [302, {}, 'redirects (302)'],
])('an endpoint that answers %i %j gives no token, and the agent reads why', async (status, body, says) => {
  const { url } = await endpoint(() => [status, body]);
  const { token } = await source(url);
  await expect(token({ subject: 'ana', turnId: 'one' })).rejects.toThrow(says);
});

test('a token ends within two minutes', async () => {
  const { appTools } = (await temporaryStore()).store;
  const keys = signingKeys({ store: appTools, clock: () => 5_000_000 });
  const options = { keys, issuer: () => 'https://gate.example', clock: () => 5_000_000 };
  const token = await mintToken({ subject: 'ana', turnId: 'one', audience: 'a' }, options);
  const set = createLocalJWKSet(await keys.published());
  const at = (seconds: number) => ({ currentDate: new Date(5_000_000 + seconds * 1000) });
  expect((await jwtVerify(token, set, at(30))).payload.exp).toBeLessThanOrEqual(5000 + 120);
  await expect(jwtVerify(token, set, at(121))).rejects.toThrow('exp');
});
