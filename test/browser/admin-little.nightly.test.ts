/** The overview of a new installation. */
import { expect, test } from 'vitest';
import { en } from '../../src/web/admin/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { dashboard, look, works } from './admin.ts';

const browser = useBrowser();
const gateway = useGateway();

test('with data of one day the overview shows lists instead of nearly empty plots', async () => {
  const { page, open } = await dashboard(browser, gateway());
  await works(page, en);
  await page.getByRole('heading', { name: en.lists.quiet }).waitFor();
  // What the store is, it says itself.
  await page.getByText(/^SQLite \d+\.\d+/).waitFor();
  await look(page, 'admin-empty');
  const owner = await gateway().as('owner');
  await owner.answer('demo tools');
  await owner.answer('demo limit');
  await open('');
  for (const kind of ['tools', 'codes'] as const) await page.getByRole('region', { name: en.plots[kind] }).waitFor();
  await page.getByText(en.plots.little).waitFor();
  expect(await page.locator('.plot').count()).toBe(0);
  await look(page, 'admin-little');
});
