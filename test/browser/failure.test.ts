/** What a user is told when there is no answer: what happened and what to do next, without internals. */
import { expect, test } from 'vitest';
import { en as reasons } from '../../src/contract/locales/en.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();

test.each([
  ['demo crash 3', en.failedPartly, reasons.agent_stopped],
  ['demo limit', en.failed, reasons.agent_limit],
  ['demo error', en.failed, reasons.agent_error],
])('%s: “%s”', async (question, title, reason) => {
  const { ask, status, timesReceived } = await signedIn(browser, gateway(), question.replaceAll(' ', '-'));
  const { says, whole, button } = await ask(question);
  await says(title);
  await says(reason);
  await expect.poll(() => status.textContent()).toBe(reason);
  // What is for the owner is for nobody else.
  expect(await whole.getByText(en.details).count()).toBe(0);
  await button(en.askAgain).click();
  await expect.poll(() => timesReceived(question)).toBe(2);
  await (await ask('demo at once')).answered();
});

test('a partial answer stays when the agent stops', async () => {
  const { ask } = await signedIn(browser, gateway(), 'anna');
  const { says, answer } = await ask('demo crash');
  await says(reasons.agent_stopped);
  expect(await answer.textContent()).toBe('This is half of an answer, and the other half');
});

test('the owner can also read the error’s details', async () => {
  const { ask } = await signedIn(browser, gateway(), 'owner');
  const { says, whole } = await ask('demo limit');
  await says(reasons.agent_limit);
  const detail = whole.getByText('resets 3pm');
  expect(await detail.isVisible()).toBe(false);
  await whole.getByText(en.details).click();
  await detail.waitFor();
});

test('with a dialog on the agent’s screen nothing is typed, and the page says that the owner is needed', async () => {
  const { ask, timesReceived } = await signedIn(browser, gateway(), 'ben');
  await (await ask('demo dialog')).says('A dialog is open now.');
  const { says, button } = await ask('demo at once');
  await says(reasons.agent_not_ready);
  await button(en.askAgain).waitFor();
  expect(await timesReceived('demo at once')).toBe(0);
});

test('a question that is too long is refused before it is sent, and stays in the box', async () => {
  const { page, box, button } = await signedIn(browser, gateway(), 'greta');
  await box.fill('ä'.repeat(60_000));
  await page.getByText(/^Too long: 117\.2.kB of at most 100.kB\. Please shorten it\.$/).waitFor();
  expect(await button(en.send).isDisabled()).toBe(true);
  await box.press('Enter');
  expect(await page.getByRole('article').count()).toBe(0);
  await box.fill('ä'.repeat(45_000));
  await page.getByText(/^87\.9.kB of 100.kB$/).waitFor();
  expect(await button(en.send).isEnabled()).toBe(true);
});

test('a question refused by a full queue returns to the box with the reason', async () => {
  const { page, ask, box, visitor } = await signedIn(browser, gateway(), 'hanna');
  visitor.expectTrouble(/429 \(Too Many Requests\)/);
  await (await ask('demo hold x')).says('This is the first half.');
  for (let number = 1; number <= 5; number++) await ask(`demo echo ${number}`);
  await box.fill('demo echo 6');
  await page.getByRole('button', { name: en.send, disabled: false }).click();
  await page.getByRole('alert').getByText(reasons.queue_full).waitFor();
  expect(await box.inputValue()).toBe('demo echo 6');
  await page.getByRole('button', { name: en.dismiss }).click();
  expect(await page.getByRole('alert').count()).toBe(0);
});
