/** What was said long ago is found again, and can be kept as a file. */
import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { pictureFile, useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser();
const gateway = useGateway();

test('a word of the question or the answer finds the turn, and opens it', async () => {
  const anna = await gateway().as('anna');
  await anna.answer('Which cases are open?');
  await anna.answer('demo at once');
  const { page, button } = await signedIn(browser, gateway(), 'anna');
  await button(en.searchTitle).click();
  const dialog = page.getByRole('dialog');
  const field = dialog.getByRole('searchbox', { name: en.searchField });
  await field.fill('lindq');
  await field.press('Enter');
  await dialog.getByText(en.found(1, false)).waitFor();
  await dialog.locator('summary').click();
  await dialog.getByText('Estate of Lindqvist').waitFor();
  await page.screenshot({ path: await pictureFile('search'), animations: 'disabled' });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  await field.fill('nowhere');
  await field.press('Enter');
  await dialog.getByText(en.foundNothing).waitFor();
  await dialog.getByRole('button', { name: en.close }).click();
  await dialog.waitFor({ state: 'detached' });
});

test('all of it is a file of Markdown', async () => {
  const bert = await gateway().as('bert');
  await bert.answer('demo at once');
  const { page, button } = await signedIn(browser, gateway(), 'bert');
  await button(en.settings).click();
  const download = page.waitForEvent('download');
  await button(en.saveAsMarkdown).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('paliadin.md');
  expect(await readFile(await file.path(), 'utf8')).toMatch(/> demo at once\n\nAt once\.\n/);
});
