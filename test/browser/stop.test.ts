import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { type Person, signedIn } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();

/** The agent has really let go: it answers the next question, though nobody released the one before. */
async function agentIsFree({ ask }: Person): Promise<void> {
  await (await ask('demo at once')).says('At once.');
}

async function statusOfLast(subject: string) {
  return (await (await gateway().as(subject)).history()).turns[0]?.status;
}

test('stopping before the first word', async () => {
  const anna = await signedIn(browser, gateway(), 'anna');
  const { says, button } = await anna.ask('demo hold-first x');
  await says(en.thinking);
  await anna.button(en.stop).click();
  await says(en.stopped);
  await button(en.askAgain).waitFor();
  await expect.poll(() => anna.status.textContent()).toBe(en.stopped);
  expect(await anna.box.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await statusOfLast('anna')).toBe('cancelled');
  await agentIsFree(anna);
});

test('stopping during an answer keeps the text so far', async () => {
  const ben = await signedIn(browser, gateway(), 'ben');
  const { says, answer, whole } = await ben.ask('demo hold x');
  await says('This is the first half.');
  await ben.button(en.stop).click();
  await says(en.stopped);
  expect(await answer.textContent()).toBe('This is the first half.');
  expect(await whole.getByRole('timer').count()).toBe(0);
  expect(await ben.button(en.stop).count()).toBe(0);
  await agentIsFree(ben);
});

test('Esc stops, even right after Enter', async () => {
  const carl = await signedIn(browser, gateway(), 'carl');
  await carl.box.fill('demo hold x');
  await carl.box.press('Enter');
  await carl.page.keyboard.press('Escape');
  await carl.turn('demo hold x').says(en.stopped);
  expect(await statusOfLast('carl')).toBe('cancelled');
  await agentIsFree(carl);
});

test('a waiting question can be withdrawn, and the one before it goes on', async () => {
  const dora = await signedIn(browser, gateway(), 'dora');
  const first = await dora.ask('demo hold x');
  await first.says('This is the first half.');
  const second = await dora.ask('demo echo withdrawn');
  await second.button(en.withdraw).click();
  await second.says(en.stopped);
  await dora.release('x');
  await first.says('This is the second half.');
  await agentIsFree(dora);
  expect(await dora.timesReceived('demo echo withdrawn')).toBe(0);
});

test('a stopped question can be asked again', async () => {
  const emil = await signedIn(browser, gateway(), 'emil');
  const first = await emil.ask('demo hold again');
  await first.says('This is the first half.');
  await emil.button(en.stop).click();
  await first.says(en.stopped);
  await emil.release('again');
  await first.button(en.askAgain).click();
  await emil.turn('demo hold again').says('This is the first half. This is the second half.');
});
