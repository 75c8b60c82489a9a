/** The gateway is killed while the page is open: turns go on, and typed text is kept. */
import { afterEach, expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { type Person, signedIn } from './chat.ts';
import { watch } from './watch.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();

// A test that fails while the gateway is away shall not take the others with it.
afterEach(async () => {
  const alive = await fetch(`${gateway().url}/healthz`).catch(() => null);
  if (alive === null) await gateway().start();
});

/** A browser writes every request that failed on its console. */
const AWAY = new RegExp(
  [
    'ERR_INTERNET_DISCONNECTED',
    'ERR_CONNECTION_REFUSED',
    'ERR_CONNECTION_RESET',
    'ERR_EMPTY_RESPONSE',
    'ERR_INCOMPLETE_CHUNKED_ENCODING',
    // A gateway that is stopping, or that on a busy machine is just starting.
    '503 \\(Service Unavailable\\)',
  ].join('|'),
);

async function visitor(subject: string, clock = false): Promise<Person> {
  const person = await signedIn(browser, gateway(), subject, { clock });
  person.visitor.expectTrouble(AWAY);
  return person;
}

/** What a person reads where something failed. */
const FAILURE = new RegExp([en.failed, en.failedPartly, en.unknown, en.notReached, en.refused, 'Stopped'].join('|'));

test('killing the gateway during an answer shows that the page reconnects, and the answer is complete', async () => {
  const { page, ask, status, release, timesReceived } = await visitor('anna');
  const seen = await watch(page);
  const { says, answered, whole } = await ask('demo hold x');
  await says('This is the first half.');
  await gateway().end('SIGKILL');
  await expect.poll(() => status.textContent()).toBe(en.reconnecting);
  expect(await whole.textContent()).toContain('This is the first half.');
  await gateway().start();
  await expect.poll(() => status.textContent()).not.toBe(en.reconnecting);
  await release('x');
  await says('This is the first half. This is the second half.');
  await answered();
  expect((await seen.page()).filter((text) => FAILURE.test(text))).toEqual([]);
  expect(await timesReceived('demo hold x')).toBe(1);
});

test('an answer that ended while the page was disconnected is shown after it reconnects', async () => {
  const { page, ask, release } = await visitor('ben');
  const seen = await watch(page);
  const { says, answered } = await ask('demo hold x');
  await says('This is the first half.');
  await gateway().end('SIGTERM');
  await release('x');
  await gateway().start();
  await says('This is the first half. This is the second half.');
  await answered();
  expect((await seen.page()).filter((text) => FAILURE.test(text))).toEqual([]);
});

test('a question sent during a short outage of the gateway arrives once', async () => {
  const { box, page, turn, timesReceived } = await visitor('carl');
  await gateway().end('SIGKILL');
  await box.fill('demo at once');
  await box.press('Enter');
  const { says, answered } = turn('demo at once');
  await says(en.sending);
  await gateway().start();
  await answered();
  expect(await page.getByRole('article').count()).toBe(1);
  expect(await box.inputValue()).toBe('');
  expect(await timesReceived('demo at once')).toBe(1);
});

test('a question that can’t be sent returns to the box, survives a reload, and can be sent later', async () => {
  const { box, page, button, turn, timesReceived } = await visitor('dora', true);
  await gateway().end('SIGKILL');
  await box.fill('demo echo\nkept');
  await box.press('Enter');
  const alert = page.getByRole('alert');
  await expect
    .poll(async () => {
      await page.clock.fastForward(5000);
      return alert.textContent({ timeout: 100 }).catch(() => null);
    })
    .toBe(en.notReached);
  expect(await box.inputValue()).toBe('demo echo\nkept');
  expect(await page.getByRole('article').count()).toBe(0);

  await gateway().start();
  await page.reload();
  await expect.poll(() => box.inputValue()).toBe('demo echo\nkept');
  await button(en.send).click();
  await turn('demo echo kept').answered();
  expect(await box.inputValue()).toBe('');
  expect(await timesReceived('demo echo\nkept')).toBe(1);
});

test('an unsent question with the text of an earlier one survives a reload, and is sent as another', async () => {
  const { box, page, button, ask, timesReceived } = await visitor('hugo', true);
  await (await ask('demo at once')).answered();
  await gateway().end('SIGKILL');
  await box.fill('demo at once');
  await box.press('Enter');
  await expect
    .poll(async () => {
      await page.clock.fastForward(5000);
      return page.getByRole('alert').count();
    })
    .toBe(1);
  await gateway().start();
  await page.reload();
  await page.getByRole('article').waitFor();
  expect(await box.inputValue()).toBe('demo at once');
  await button(en.send).click();
  await expect.poll(() => page.getByRole('article').count()).toBe(2);
  await expect.poll(() => timesReceived('demo at once')).toBe(2);
});

test('a draft survives a reload', async () => {
  const { box, page } = await visitor('emil');
  await box.fill('half a quest');
  await page.reload();
  await expect.poll(() => box.inputValue()).toBe('half a quest');
});

test('stopping a question that can’t be sent returns it to the box at once', async () => {
  const { box, page, button } = await visitor('fred');
  await gateway().end('SIGKILL');
  await box.fill('demo echo never sent');
  await box.press('Enter');
  await button(en.stop).click();
  await expect.poll(() => box.inputValue()).toBe('demo echo never sent');
  await expect.poll(() => page.getByRole('article').count()).toBe(0);
  await gateway().start();
});

test('a phone that loses its network shows so, and continues by itself', async () => {
  const {
    visitor: { context },
    ask,
    status,
    release,
    page,
  } = await visitor('greta');
  const seen = await watch(page);
  const { says } = await ask('demo hold x');
  await says('This is the first half.');
  await context.setOffline(true);
  await gateway().end('SIGKILL'); // an open stream outlives `offline`
  await gateway().start();
  await expect.poll(() => status.textContent()).toBe(en.reconnecting);
  await release('x');
  await context.setOffline(false);
  await says('This is the first half. This is the second half.');
  expect((await seen.page()).filter((text) => FAILURE.test(text))).toEqual([]);
});
