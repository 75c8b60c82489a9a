/** What a user is told when it is not known yet, or not any more, whether there will be an answer. */
import { expect, test } from 'vitest';
import { en as reasons } from '../../src/contract/locales/en.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();

test('with an unknown outcome the page offers to send again, and does not retry by itself', async () => {
  const { ask, page, timesReceived } = await signedIn(browser, gateway(), 'dora');
  const { says, button } = await ask('demo deaf');
  await expect.poll(() => timesReceived('demo deaf')).toBe(1);
  process.kill(await gateway().daemonPid(), 'SIGKILL');
  await says(en.unknown);
  await says(reasons.outcome_unknown);
  expect(await button(en.askAgain).count()).toBe(0);
  await page.reload();
  await says(reasons.outcome_unknown);
  expect(await page.getByRole('article').count()).toBe(1);
  expect(await timesReceived('demo deaf')).toBe(1);

  await button(en.sendAgain).click();
  await expect.poll(() => page.getByRole('article').count()).toBe(2);
  await expect.poll(() => timesReceived('demo deaf')).toBe(2);
});

test('an answer that comes after the timeout is shown as late', async () => {
  const impatient = await gatewayForTest({ env: { PALIADIN_TURN_TIMEOUT: '1s' } });
  const { ask, status, page } = await signedIn(browser, impatient, 'emil');
  const { says, answer, whole } = await ask('demo silent 3');
  await says(reasons.timeout);
  await says(en.late);
  await says(en.lateText);
  expect(await answer.textContent()).toBe('I said nothing for 3 s.');
  expect(await whole.getByText(reasons.timeout).count()).toBe(0);
  await expect.poll(() => status.textContent()).toBe(en.late);
  await page.reload();
  await says('I said nothing for 3 s.');
  await says(en.late);
});

test('without an agent the page says why, and earlier conversations can be read', async () => {
  const lonely = await gatewayForTest();
  await (await lonely.as('fred')).answer('demo table');
  await lonely.end('SIGTERM');
  await lonely.start({ PALIADIN_AGENT: 'none' });
  const { page, box, button, turn } = await signedIn(browser, lonely, 'fred');
  await page.getByRole('note').getByText(reasons.disabled).waitFor();
  expect(await box.count()).toBe(0);
  expect(await button(en.startOver).count()).toBe(0);
  await turn('demo table').says('Hartmann Lease');
  expect(await button(en.askAgain).count()).toBe(0);
  await turn('demo table').button(en.good).click();
  await expect.poll(() => turn('demo table').button(en.good).getAttribute('aria-pressed')).toBe('true');
});
