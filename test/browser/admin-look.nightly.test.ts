/** Every page of the dashboard in its themes, sizes and languages: checked by axe, and saved as a picture. */
import { expect, test } from 'vitest';
import { de } from '../../src/web/admin/locales/de.ts';
import { en, type Words } from '../../src/web/admin/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useSeededGateway } from '../support/seeded-gateway.ts';
import { type Dashboard, dashboard, look, works } from './admin.ts';
import { PHONE } from './look.ts';

const browser = useBrowser();
const gateway = useSeededGateway();

const DESK = { viewport: { width: 1440, height: 900 } };

/** All pages, once what they show has come. */
async function lookAround({ page, open }: Dashboard, name: string, words: Words): Promise<void> {
  await works(page, words);
  await page.locator('.plot canvas').first().waitFor();
  await expect.poll(() => page.locator('.plot canvas').count()).toBe(8);
  await look(page, `admin-overview-${name}`);
  for (const path of ['turns', 'hosts', 'sessions', 'users', 'audit'] as const) {
    await open(`/${path}`);
    await page.getByRole('heading', { level: 1, name: words.pages[path] }).waitFor();
    await page
      .getByRole(path === 'hosts' ? 'article' : 'table')
      .first()
      .waitFor();
    await look(page, `admin-${path}-${name}`);
  }
  const owner = await gateway().as('owner');
  const list = async (query: string) => (await (await owner.call('GET', `/api/admin/turns?${query}`)).json()).turns;
  for (const status of ['completed', 'failed'] as const) {
    const [turn] = await list(`status=${status}&limit=1`);
    await open(`/turns/${turn.turnId}`);
    await page.getByRole('heading', { name: words.turn.stages }).waitFor();
    await look(page, `admin-turn-${status}-${name}`);
  }
}

test('the dashboard on a desktop, light', { timeout: 120_000 }, async () => {
  await lookAround(await dashboard(browser, gateway(), { options: DESK }), 'desk', en);
});

test('the dashboard on a desktop, dark', { timeout: 120_000 }, async () => {
  const dark = await dashboard(browser, gateway(), { options: { ...DESK, colorScheme: 'dark' } });
  await lookAround(dark, 'desk-dark', en);
  const ground = await dark.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  expect(ground).toBe('rgb(16, 18, 20)');
});

test('the dashboard on a phone, dark', { timeout: 120_000 }, async () => {
  await lookAround(
    await dashboard(browser, gateway(), { options: { ...PHONE, colorScheme: 'dark' } }),
    'phone-dark',
    en,
  );
});

test('the dashboard on a phone, in German', { timeout: 120_000 }, async () => {
  const options = { ...PHONE, locale: 'de-DE' };
  const german = await dashboard(browser, gateway(), { options, words: de });
  await lookAround(german, 'phone-german', de);
  expect(await german.page.locator('html').getAttribute('lang')).toBe('de-DE');
});

test('the dashboard’s language can be chosen, at once and after a reload', async () => {
  const { page, button, open } = await dashboard(browser, gateway(), { options: DESK });
  await button(en.settings).click();
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  await works(page, de);
  await open('');
  await works(page, de);
});
