/** Earlier turns can be searched, and saved as a file. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';
import { look } from './look.ts';

const browser = useBrowser({ sameTab: true });
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
  await look(page, 'search');
  await field.fill('nowhere');
  await field.press('Enter');
  await dialog.getByText(en.foundNothing).waitFor();
  await dialog.getByRole('button', { name: en.close }).click();
  await dialog.waitFor({ state: 'detached' });
});

test('a search continues beyond the number of turns that one request looks through', async () => {
  const carla = await gateway().as('carla');
  await carla.answer('Which cases are open?');
  await carla.answer('demo at once');
  copyLatestTurn(2_100);
  const { page, button } = await signedIn(browser, gateway(), 'carla');
  await button(en.searchTitle).click();
  const dialog = page.getByRole('dialog');
  const field = dialog.getByRole('searchbox', { name: en.searchField });
  await field.fill('lindqvist');
  await field.press('Enter');
  await dialog.getByText(en.found(1, false)).waitFor();
});

/** As many more of the turn that was asked last. */
function copyLatestTurn(times: number): void {
  const db = new DatabaseSync(join(gateway().stateDir, 'paliadin.db'), { timeout: 5_000 });
  const columns = db
    .prepare(`select name from pragma_table_info('turns') where name not in ('seq', 'turn_id', 'idempotency_key')`)
    .all();
  const names = columns.map(({ name }) => name).join(', ');
  db.exec(`insert into turns (turn_id, ${names})
    with recursive copy(n) as (select 1 union all select n + 1 from copy where n < ${times})
    select substr(turn_id, 1, 24) || printf('%012x', n), ${names} from turns, copy where seq = (select max(seq) from turns)`);
  db.close();
}

test('the whole history can be saved as a Markdown file', async () => {
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
