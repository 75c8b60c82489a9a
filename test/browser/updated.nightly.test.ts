/** A tab that was open while Paliadin was updated: assets that it has not loaded yet are gone. */
import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway({ env: { PALIADIN_APPROVALS: 'users' } });

test('after an update a missing part asks for a reload, which keeps the draft', async () => {
  const { page, box, button, visitor } = await signedIn(browser, gateway(), 'anna');
  visitor.expectTrouble(/404|dynamically imported/);
  await box.fill('half a question');
  await page.route('**/assets/*.js', (route) => route.fulfill({ status: 404, body: 'gone' }));
  await button(en.searchTitle).click();
  await page.getByRole('heading', { name: 'Paliadin was updated' }).waitFor();
  await page.unroute('**/assets/*.js');
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect.poll(() => box.inputValue()).toBe('half a question');
});

test('after an update the card of an approval offers a reload where it can’t be shown', async () => {
  const { page, ask, log, visitor } = await signedIn(browser, gateway(), 'berta');
  visitor.expectTrouble(/404|dynamically imported/);
  await page.route('**/assets/*.js', (route) => route.fulfill({ status: 404, body: 'gone' }));
  await ask('demo approve edit notes.md');
  await log.getByRole('button', { name: 'Reload' }).waitFor();
  await page.unroute('**/assets/*.js');
  await log.getByRole('button', { name: 'Reload' }).click();
  await log.getByRole('button', { name: 'Allow once' }).click();
  await log.getByText('You allowed it, so I did: edit notes.md').waitFor();
});
