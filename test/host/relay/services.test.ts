/** Models' APIs other than Anthropic's through a real relay: with the owner's key, for questions only, and no more hosts. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { relayForTest, serverForTest, type TestRelay } from './test-relay.ts';

/** An API that tells what it was asked, at both of the paths that agents use. */
async function relayTo(services: ('openai' | 'gemini')[]) {
  const port = await serverForTest((asked, response) => {
    const { authorization = null, 'x-goog-api-key': key = null } = asked.headers;
    response.end(JSON.stringify({ method: asked.method, url: asked.url, authorization, key }));
  });
  const upstreams = {
    openai: { url: `http://127.0.0.1:${port}/v1`, headers: { authorization: 'Bearer owners-openai-key' } },
    gemini: { url: `http://127.0.0.1:${port}`, headers: { 'x-goog-api-key': 'owners-gemini-key' } },
  };
  const settings = { services: Object.fromEntries(services.map((name) => [name, upstreams[name]])) };
  return relayForTest({ settings });
}

async function answer(it: TestRelay, path: string, headers: Record<string, string>, method = 'POST') {
  const asked = request({ host: '127.0.0.1', port: it.relay.port, path, method, headers, agent: false });
  if (method === 'POST') asked.end('{}');
  else asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

test('a request to OpenAI’s API has the owner’s key in place of the session’s', async () => {
  const it = await relayTo(['openai']);
  const given = await answer(it, '/openai/v1/responses?x=1', { authorization: `Bearer ${it.token('one')}` });
  expect(given.status).toBe(200);
  expect(JSON.parse(given.body)).toEqual({
    method: 'POST',
    url: '/v1/responses?x=1',
    authorization: 'Bearer owners-openai-key',
    key: null,
  });
});

test('so has a request to Gemini’s API', async () => {
  const it = await relayTo(['gemini']);
  const path = '/gemini/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse';
  const given = await answer(it, path, { 'x-goog-api-key': it.token('one') });
  expect(given.status).toBe(200);
  expect(JSON.parse(given.body)).toMatchObject({ url: path.slice('/gemini'.length), key: 'owners-gemini-key' });
});

test.each([
  '/openai/v1/files',
  '/openai/v1/responses/resp_of_another',
  '/openai/v1/chat/completions/of_another',
  '/openai/v1/responses/../files',
  '/openai/v1/organization/admin_api_keys',
  '/openai/v1',
  '/gemini/v1beta/files',
  '/gemini/v1beta/cachedContents',
  '/gemini/v1beta/models/x:batchGenerateContent',
])('%s is closed: agents may ask the model, no more', async (path) => {
  const it = await relayTo(['openai', 'gemini']);
  expect((await answer(it, path, { authorization: `Bearer ${it.token('one')}` })).status).toBe(403);
});

test('a session’s secret in the address is refused, since it would be passed on', async () => {
  const it = await relayTo(['gemini']);
  const path = `/gemini/v1beta/models?key=${it.token('one')}`;
  expect((await answer(it, path, { 'x-goog-api-key': it.token('one') })).status).toBe(403);
});

test('what the owner has not named stays closed: other APIs, other hosts, and everybody without a secret', async () => {
  const it = await relayTo(['openai']);
  const mine = { authorization: `Bearer ${it.token('one')}` };
  expect((await answer(it, '/model/v1/messages', mine)).status).toBe(404);
  expect((await answer(it, '/gemini/v1beta/models', mine)).status).toBe(404);
  expect((await answer(it, '/openai/v1/models', {}, 'GET')).status).toBe(401);
  expect((await answer(it, '/openai/v1/models', { authorization: 'Bearer one.0000' }, 'GET')).status).toBe(401);
  const proxied = { 'proxy-authorization': `Bearer ${it.token('one')}` };
  for (const host of ['api.openai.com', 'api.anthropic.com', 'generativelanguage.googleapis.com', '127.0.0.1:22']) {
    expect((await answer(it, `http://${host}/`, proxied, 'GET')).status).toBe(403);
  }
});
