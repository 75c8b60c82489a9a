import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();

test('the first screen suggests questions, and a click asks one', async () => {
  const { page, turn } = await signedIn(browser, gateway(), 'anna');
  await page.getByRole('heading', { name: en.welcome }).waitFor();
  await page.getByRole('list', { name: en.startersLabel }).getByRole('button', { name: 'What can you do?' }).click();
  await turn('What can you do?').says('I am the demo agent');
  expect(await page.getByRole('heading', { name: en.welcome }).count()).toBe(0);
});

test('starting over asks for confirmation, marks a new conversation, and the agent has forgotten', async () => {
  const { page, ask, button, dialog, log, box } = await signedIn(browser, gateway(), 'ben');
  await (await ask('demo echo before')).answered();
  await button(en.startOver).click();
  await dialog.getByRole('heading', { name: en.startOverTitle }).waitFor();
  await dialog.getByRole('button', { name: en.cancel }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await page.getByText(en.newConversation).count()).toBe(0);

  await button(en.startOver).click();
  await dialog.getByRole('button', { name: en.startOver }).click();
  const cut = log.getByText(en.newConversation);
  await cut.waitFor();
  await page.getByRole('heading', { name: en.welcome }).waitFor();
  await expect.poll(() => box.evaluate((element) => element === document.activeElement)).toBe(true);
  await (await ask('demo memory')).says('This is your first question.');
  await page.reload();
  await expect.poll(() => log.textContent()).toMatch(/demo echo before.*New conversation\..*demo memory/s);
});

test('starting over during an answer warns that it stops it, and does', async () => {
  const { ask, button, dialog, page } = await signedIn(browser, gateway(), 'carl');
  const { says } = await ask('demo hold x');
  await says('This is the first half.');
  await button(en.startOver).click();
  await dialog.getByText(en.startOverStops).waitFor();
  await dialog.getByRole('button', { name: en.startOver }).click();
  await says(en.stopped);
  await page.getByText(en.newConversation).waitFor();
  await (await ask('demo memory')).says('This is your first question.');
});

test('a reload restores the conversation, and a streaming answer goes on', async () => {
  const { ask, page, turn, release, log } = await signedIn(browser, gateway(), 'dora');
  await (await ask('demo table')).answered();
  await (await ask('demo hold x')).says('This is the first half.');
  await page.reload();
  const { says } = turn('demo hold x');
  await says('This is the first half.');
  expect(await log.getAttribute('aria-busy')).toBe('true');
  await expect.poll(() => turn('demo table').whole.getByRole('row').count()).toBe(6);
  await release('x');
  await says('This is the first half. This is the second half.');
  await expect.poll(() => log.getAttribute('aria-busy')).toBe('false');
});

test('two tabs show the same at the same time', async () => {
  const { ask, newTab, release } = await signedIn(browser, gateway(), 'emil');
  const other = await newTab();
  const here = await ask('demo hold x');
  const there = other.turn('demo hold x');
  await there.says('This is the first half.');
  await other.ask('demo echo from the other tab');
  await release('x');
  await Promise.all([here.says('This is the second half.'), there.says('This is the second half.')]);
  await here.button(en.good).click();
  await expect.poll(() => there.button(en.good).getAttribute('aria-pressed')).toBe('true');
  await other.turn('demo echo from the other tab').answered();
  await other.button(en.startOver).click();
  await other.dialog.getByRole('button', { name: en.startOver }).click();
  await here.whole.page().getByText(en.newConversation).waitFor();
});

test('earlier questions are loaded on request, without moving what is read', async () => {
  const client = await gateway().as('fred');
  for (let number = 1; number <= 32; number++) await client.answer(`demo echo ${number}`);
  const { log, button, turn } = await signedIn(browser, gateway(), 'fred');
  const third = turn('demo echo 3').whole;
  await third.waitFor();
  expect(await turn('demo echo 2').whole.count()).toBe(0);
  await button(en.loadEarlier).scrollIntoViewIfNeeded();
  const before = await third.boundingBox();
  await button(en.loadEarlier).click();
  await turn('demo echo 1').whole.waitFor();
  expect(Math.abs(((await third.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(2);
  expect(await button(en.loadEarlier).count()).toBe(0);
  expect(await log.getByRole('article').count()).toBe(32);
});
