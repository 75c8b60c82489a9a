import { expect, test } from 'vitest';
import { errorBody } from '../../src/contract/api.ts';
import { aPerson, call, type Running, runServer } from './running-server.ts';

async function post(server: Running, bearer: Record<string, string>, body: string | Buffer, type = 'application/json') {
  const result = await call(server, 'POST', '/api/turns', { headers: { ...bearer, 'content-type': type }, body });
  expect(errorBody.parse(result.json)).toEqual(result.json);
  return { status: result.status, code: result.json.code, detail: result.json.detail };
}

test('a body of 10 MB is refused with a readable error, and memory stays flat', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const big = JSON.stringify({ message: 'x'.repeat(10_000_000) });
  const refused = async (times: number) => {
    for (let i = 0; i < times; i++) {
      expect(await post(server, bearer, big)).toMatchObject({ status: 413, code: 'message_too_large' });
    }
  };
  // What the client needs for its requests is there after the first ones.
  await refused(10);
  const before = process.memoryUsage().rss;
  await refused(30);
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  const chunked = await fetch(`${server.origin}/api/turns`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: new Blob([big]).stream(),
    duplex: 'half',
  });
  expect([chunked.status, errorBody.parse(await chunked.json()).code]).toEqual([413, 'message_too_large']);
  expect(await post(server, {}, big)).toMatchObject({ status: 401 });
  expect(await server.store.turns.list({ limit: 1 })).toEqual([]);
});

test('a body of 512 KiB is accepted, one byte more is refused', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const fitting = (bytes: number) => JSON.stringify({ message: 'x' }).padEnd(bytes, ' ');
  const headers = { ...bearer, 'content-type': 'application/json' };
  expect((await call(server, 'POST', '/api/turns', { headers, body: fitting(512 * 1024) })).status).toBe(202);
  expect((await call(server, 'POST', '/api/turns', { headers, body: fitting(512 * 1024 + 1) })).status).toBe(413);
});

test('an error about a body says what is wrong, and quotes none of it', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  expect(await post(server, bearer, '{"message": secret-word}')).toEqual({
    status: 400,
    code: 'bad_request',
    detail: expect.stringMatching(/^the body is not valid JSON/),
  });
  expect(await post(server, bearer, '{"message" 1}')).toMatchObject({
    detail: 'the body is not valid JSON (at position 11 (line 1 column 12))',
  });
  expect(await post(server, bearer, '{"message": "a')).toMatchObject({ status: 400, code: 'bad_request' });
  expect(await post(server, bearer, '')).toMatchObject({ status: 400, code: 'bad_request' });
  expect(await post(server, bearer, 'null')).toMatchObject({ status: 400, code: 'bad_request' });
  expect(await post(server, bearer, `${'['.repeat(200_000)}`)).toMatchObject({ status: 400, code: 'bad_request' });
  expect(server.log()).not.toContain('secret-word');
});

test('an invalid field is named', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const detail = async (body: unknown) => (await post(server, bearer, JSON.stringify(body))).detail;
  expect(await detail({})).toMatch(/^body: message: /);
  expect(await detail({ message: 5 })).toMatch(/^body: message: /);
  expect(await detail({ message: 'x', sessionId: 'no spaces' })).toMatch(/^body: sessionId: /);
  expect(await detail({ message: 'x', context: 'x'.repeat(9000), locale: '!' })).toMatch(/context: .*; locale: /);
});

test('invalid UTF-8 is refused, not repaired', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const wrap = (bytes: number[]) =>
    Buffer.concat([Buffer.from('{"message":"a'), Buffer.from(bytes), Buffer.from('b"}')]);
  for (const bytes of [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]]) {
    expect(await post(server, bearer, wrap(bytes))).toEqual({
      status: 400,
      code: 'message_invalid',
      detail: 'the body is not valid UTF-8',
    });
  }
  const good = { headers: { ...bearer, 'content-type': 'application/json' }, body: wrap([0xf0, 0x9f, 0x99, 0x82]) };
  expect((await call(server, 'POST', '/api/turns', good)).json.message).toBe('a🙂b');
});

test('a body that is not JSON is refused with 415', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
  ]) {
    expect(await post(server, bearer, '{"message":"x"}', type)).toMatchObject({ status: 415, code: 'bad_request' });
  }
  const charset = { ...bearer, 'content-type': 'application/json; charset=utf-8' };
  expect((await call(server, 'POST', '/api/turns', { headers: charset, body: '{"message":"x"}' })).status).toBe(202);
});

test('keys such as __proto__ are ordinary, unknown fields', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const headers = { ...bearer, 'content-type': 'application/json' };
  const body = '{"message":"x","__proto__":{"sessionId":"forged"},"constructor":{"prototype":{"locale":"de"}}}';
  const { status, json } = await call(server, 'POST', '/api/turns', { headers, body });
  expect([status, json.detail]).toEqual([400, expect.stringContaining('"constructor" is unknown')]);
  expect(({} as Record<string, unknown>).locale).toBeUndefined();
});

test.each<[unknown, string]>([
  [{ message: 'x', sesionId: 'a' }, 'body: "sesionId" is unknown; did you mean sessionId?'],
  [{ message: 'x', session_id: 'a' }, 'body: "session_id" is unknown; did you mean sessionId?'],
  [{ message: 'x', pageorigin: '/' }, 'body: "pageorigin" is unknown; did you mean pageOrigin?'],
  [{ mesage: 'x' }, '"mesage" is unknown; did you mean message?'],
  [
    { message: 'x', temperature: 1 },
    'body: "temperature" is unknown; known: message, sessionId, pageOrigin, context, attachments, locale, whenAway',
  ],
])('an unknown field is refused by name, with the one that was meant: %j', async (body, said) => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const { status, detail } = await post(server, bearer, JSON.stringify(body));
  expect([status, detail]).toEqual([400, expect.stringContaining(said)]);
  expect(await server.store.turns.list({ limit: 1 })).toEqual([]);
});

test('an unknown query parameter is refused by name, also where a call takes none', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const detail = async (path: string) => {
    const { status, json } = await call(server, 'GET', path, { headers: bearer });
    return [status, json.detail];
  };
  expect(await detail('/api/turns?befor=x')).toEqual([400, 'querystring: "befor" is unknown; did you mean before?']);
  expect(await detail('/api/me?full=true')).toEqual([400, 'querystring: "full" is unknown; this call takes none']);
  expect((await detail(`/api/turns?${'x'.repeat(500)}=1`))[1]).toMatch(/^querystring: "x{60}…" is unknown/);
});
