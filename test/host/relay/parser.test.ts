/**
 * Requests that two programs could parse differently, or that are endless: the relay refuses them and passes nothing
 * on.
 */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listening, raw, relayForTest } from './test-relay.ts';

/** A model's API that notes every byte that reaches it. */
async function relayToBytes() {
  const heard: string[] = [];
  const port = await listening(
    createServer((caller) => {
      caller.on('error', () => {});
      caller.setEncoding('latin1').on('data', (chunk) => {
        heard.push(String(chunk));
        caller.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    }),
  );
  const settings = { upstream: { url: `http://127.0.0.1:${port}`, headers: { 'x-api-key': 'true' } } };
  return { ...(await relayForTest({ settings })), heard };
}

const SMUGGLED = 'GET /v1/files HTTP/1.1\r\nHost: x\r\n\r\n';
const chunked = `0\r\n\r\n${SMUGGLED}`;

test.each([
  ['two lengths', ['Content-Length: 2', `Content-Length: ${2 + SMUGGLED.length}`], `{}${SMUGGLED}`],
  ['two equal lengths', ['Content-Length: 2', 'Content-Length: 2'], `{}${SMUGGLED}`],
  ['a list of lengths', ['Content-Length: 2, 2'], `{}${SMUGGLED}`],
  ['a length and chunks', [`Content-Length: ${chunked.length}`, 'Transfer-Encoding: chunked'], chunked],
  ['chunks and a length', ['Transfer-Encoding: chunked', `Content-Length: ${chunked.length}`], chunked],
  ['chunks that are not last', ['Transfer-Encoding: chunked, identity'], chunked],
  ['an encoding that nobody knows', ['Transfer-Encoding: xchunked', 'Content-Length: 2'], `{}${SMUGGLED}`],
  ['chunks in disguise', ['Transfer-Encoding : chunked', 'Content-Length: 2'], `{}${SMUGGLED}`],
  ['a folded header', ['X-A: b\r\n Transfer-Encoding: chunked', 'Content-Length: 2'], `{}${SMUGGLED}`],
  ['a length with a sign', ['Content-Length: +2'], '{}'],
  ['a length in hexadecimal', ['Content-Length: 0x2'], '{}'],
  ['a bare line feed in a header', ['X-A: b\nTransfer-Encoding: chunked', 'Content-Length: 2'], '{}'],
  ['a zero byte in a header', ['X-A: b\0c', 'Content-Length: 2'], '{}'],
  ['a chunk length that overflows', ['Transfer-Encoding: chunked'], `fffffffffffffffff\r\n${SMUGGLED}`],
])('a request with %s is not passed on', async (_how, headers, body) => {
  const it = await relayToBytes();
  const first = 'POST /model/v1/messages HTTP/1.1\r\nHost: x\r\n';
  const said = await raw(
    it.relay.port,
    `${first}X-Api-Key: ${it.token('one')}\r\n${headers.join('\r\n')}\r\n\r\n${body}`,
  );
  expect(said).toMatch(/^(HTTP\/1\.1 400 Bad Request\r\n[\s\S]*)?$/);
  // Where the head was good and a chunk is not, the request may have begun; nothing of the second is ever sent.
  expect(it.heard.join('')).not.toContain('/v1/files');
  expect(it.heard.filter((text) => /\r\n\r\n[\s\S]/.test(text))).toEqual([]);
});

test('a second request on a connection needs its own secret', async () => {
  const it = await relayToBytes();
  const first = `POST /model/v1/messages HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${it.token('one')}\r\nContent-Length: 2\r\n\r\n{}`;
  const second = 'POST /model/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';
  const said = await raw(it.relay.port, first + second);
  expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
  expect(it.heard.join('').match(/POST /g)).toHaveLength(1);
});

test.each([
  ['one header of 64 kB', (token: string) => `X-Api-Key: ${token}\r\nX-Long: ${'x'.repeat(65_536)}\r\n`],
  ['ten thousand headers', (token: string) => `X-Api-Key: ${token}\r\n${'X-Many: y\r\n'.repeat(10_000)}`],
])('%s is refused with 431', async (_how, headersOf) => {
  const it = await relayToBytes();
  const head = `GET /model/v1/models HTTP/1.1\r\nHost: x\r\n${headersOf(it.token('one'))}\r\n`;
  expect(await raw(it.relay.port, head)).toMatch(/^HTTP\/1\.1 431 /);
  expect(it.heard).toEqual([]);
});

test('garbage is refused, and the next request is served', async () => {
  const it = await relayToBytes();
  expect(await raw(it.relay.port, '\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  const good = `GET /model/v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: ${it.token('one')}\r\n\r\n`;
  expect(await raw(it.relay.port, good)).toMatch(/^HTTP\/1\.1 200 /);
});
