import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { sharedServer } from '../../support/postgres.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';

async function proxied() {
  const url = new URL(await (await sharedServer()).newDatabase());
  const proxy = await tcpProxy(Number(url.port));
  url.port = String(proxy.port);
  const store = await openStore({ url: url.href, file: 'unused' });
  onTestFinished(() => void store.close()); // what the proxy silenced ends with the proxy
  return { store, proxy };
}

test('after one connection fell silent, no query waits for another one from before', async () => {
  const { store, proxy } = await proxied();
  const eightReads = () => Promise.all(Array.from({ length: 8 }, () => store.users.list()));
  await eightReads();
  proxy.stop();
  const from = performance.now();
  await expect(store.users.list()).rejects.toMatchObject({ code: 'store_unavailable', againInMs: 5000 });
  expect(performance.now() - from).toBeLessThan(8_000);
  proxy.go();
  expect(await eightReads()).toHaveLength(8);
});

test('a write whose answer is lost fails, and says when to try again', async () => {
  const { store, proxy } = await proxied();
  const cut = proxy.cutAfter('insert into "users"', 'insert into "users"');
  const made = store.users.ensure({ subject: 'anna', now: 1 });
  await expect(made).rejects.toMatchObject({ code: 'store_unavailable', againInMs: 5000 });
  await cut;
  expect(await store.users.ensure({ subject: 'anna', now: 2 })).toMatchObject({
    user: { createdAt: 1 },
    created: false,
  });
});
