/** Under a public name with https, through a proxy with a certificate. */
import { expect, onTestFinished, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { startTlsProxy } from '../support/tls-proxy.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { chatOn } from './chat.ts';

const NAME = 'chat.example';
const browser = useBrowser({ names: [NAME] });

test('a link signs in under the public https name, with a cookie for that host only', async () => {
  const proxy = await startTlsProxy(NAME);
  const url = `https://${NAME}:${proxy.port}`;
  const gateway = await gatewayForTest({ env: { PALIADIN_PUBLIC_URL: url, PALIADIN_TRUSTED_PROXIES: '127.0.0.1' } });
  proxy.target = gateway.url;
  onTestFinished(() => proxy.close());
  const { hash } = new URL(await gateway.signInLink('anna'));

  const { page, context } = await browser.visitor(url, { ignoreHTTPSErrors: true });
  await page.goto(`/${hash}`);
  const { ask, log } = chatOn(page);
  await log.waitFor();
  await (await ask('demo at once')).answered(); // over the proxy: a request that changes something, and a stream
  expect(await context.cookies()).toEqual([
    expect.objectContaining({
      name: `__Host-paliadin-${proxy.port}`,
      domain: NAME,
      path: '/',
      secure: true,
      httpOnly: true,
      sameSite: 'Strict',
    }),
  ]);
  const again = await page.reload();
  await log.waitFor();
  expect(again?.headers()['strict-transport-security']).toBe('max-age=31536000');

  // Whoever is on the machine itself still comes in by its own name.
  const here = await browser.visitor(gateway.url);
  await here.page.goto(await gateway.signInLink('ben'));
  await chatOn(here.page).log.waitFor();
  const name = `paliadin-${new URL(gateway.url).port}`;
  expect(await here.context.cookies()).toEqual([expect.objectContaining({ name, secure: false })]);
});
