/** The session key, the second half of a sign-in: which tab uses it, and where it is sent. */
import { expect, test } from 'vitest';
import { SESSION_KEY_HEADER, SESSION_KEY_ITEM } from '../../src/contract/session-key.ts';
import { createSessionKey, withSessionKey } from '../../src/web/sign-in/session-key.ts';
import { memory } from '../../src/web/storage.ts';

const inMemory = () =>
  memory(() => {
    throw new Error('no storage here');
  });

const ORIGIN = 'http://127.0.0.1:7717';

test('a tab keeps the session key that it started with until it reads it again', () => {
  const shared = inMemory();
  const [one, other] = [createSessionKey(shared), createSessionKey(shared)];
  one.set('anna');
  expect([one.current(), other.current()]).toEqual(['anna', null]);
  expect([other.reload(), other.current(), other.reload()]).toEqual([true, 'anna', false]);
  other.set('bert');
  expect([one.current(), createSessionKey(shared).current()]).toEqual(['anna', 'bert']);
  one.set(null);
  expect([shared.getItem(SESSION_KEY_ITEM), other.current()]).toEqual([null, 'bert']);
  expect([other.reload(), other.current()]).toEqual([true, null]);
});

test('the session key is sent in a header to our own origin only, and redirects are not followed', async () => {
  const sent: [string, RequestInit | undefined][] = [];
  const key = createSessionKey(inMemory());
  const fetch = withSessionKey(
    key,
    async (path, init) => {
      sent.push([path, init]);
      return new Response();
    },
    ORIGIN,
  );
  await fetch('/api/me', { headers: { accept: 'application/json' } });
  key.set('secret');
  await fetch('/api/me', { method: 'POST', headers: { accept: 'application/json' } });
  const headers = sent.map(([, init]) => Object.fromEntries(new Headers(init?.headers)));
  expect(headers).toEqual([
    { accept: 'application/json' },
    { accept: 'application/json', [SESSION_KEY_HEADER]: 'secret' },
  ]);
  expect(sent.map(([path, init]) => [path, init?.method, init?.redirect])).toEqual([
    ['/api/me', undefined, 'manual'],
    ['/api/me', 'POST', 'manual'],
  ]);
  for (const elsewhere of [
    'http://127.0.0.1:7718/api/me',
    'https://127.0.0.1:7717/api/me',
    '//evil.example/',
    '/\\evil.example/',
    'http://evil.example:7717/',
    'data:text/plain,x',
  ]) {
    expect(() => fetch(elsewhere)).toThrow('our own origin');
  }
  expect(sent).toHaveLength(2);
});
