/** `npm run example`, as somebody tries it who has just cloned it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { APPLICATION_HOST } from '../support/application.ts';
import { pictureFile, useBrowser } from '../support/browser.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { cardIn } from './approval-card.ts';
import { type Chat, chatOn } from './chat.ts';

const browser = useBrowser({ names: [APPLICATION_HOST] });
test('the example starts with one command, answers and acts for its two people by their own rights, and leaves nothing behind', async () => {
  const example = await startExample();
  const visitor = await browser.visitor(example.url, {}, { fresh: true });
  visitor.expectTrouble(/^request to elsewhere: http:\/\/127\.0\.0\.1:/);
  const { page } = visitor;
  const ana = await signIn(page, 'Ana Richter');
  const overdue = await ana.ask('Which of my cases are overdue?');
  await overdue.answered();
  expect(await chipsIn(overdue.answer)).toEqual(['Müller v. Bosch', 'Lease of the Hafen warehouse']);
  await page.screenshot({ path: await pictureFile('example-rows') });

  // What the page behind shows changes with the click on the card.
  const row = page.getByRole('row', { name: 'Müller v. Bosch' });
  await row.getByText('open', { exact: true }).waitFor();
  const close = await ana.ask('close case 42');
  await cardIn(close).getByText('close_case').waitFor();
  expect(example.statusOf(42)).toBe('open');
  await close.button(en.allowOnce).click();
  await row.getByText('closed', { exact: true }).waitFor();
  expect(example.statusOf(42)).toBe('closed');
  expect(page.url()).toBe(`${example.url}/`);
  await close.answered();
  await close.answer.getByRole('link', { name: 'Müller v. Bosch' }).click();
  await page.waitForURL('**/cases/42');
  await page.getByRole('definition').getByText('closed', { exact: true }).waitFor();

  // The panel is open again, in the next page.
  const beside = await widgetIn(page);
  await beside.page.getByText('42, Müller v. Bosch').waitFor();
  await beside.turn('close case 42').answered();

  await page.getByRole('button', { name: 'Sign out' }).click();
  const ben = await signIn(page, 'Ben Okafor');
  expect(await ben.page.getByRole('article').count()).toBe(0);
  const his = await ben.ask('Which of my cases are overdue?');
  await his.answered();
  expect(await chipsIn(his.answer)).toEqual(['Okonjo v. City of Leeds']);
  const refused = await ben.ask('close case 51');
  await cardIn(refused).waitFor();
  await refused.button(en.allowOnce).click();
  await refused.answered();
  await refused.says('Ben Okafor may not close cases');
  expect(example.statusOf(51)).toBe('open');

  await page.goto('about:blank');
  expect(await example.end()).toBe(0);
  expect(await example.leftBehind()).toEqual([]);
});

async function startExample() {
  const { path: tmp, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const main = join(import.meta.dirname, '../../examples/cases/main.ts');
  const env = { ...process.env, TMPDIR: tmp, HOME: tmp };
  const program = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(program, 'close');
  const end = async () => {
    program.kill('SIGINT');
    return (await exit)[0];
  };
  onTestFinished(end);
  let said = '';
  program.stdout.setEncoding('utf8');
  for await (const piece of program.stdout) {
    said += piece;
    if (said.includes('Ctrl-C')) break;
  }
  const directories = async () => (await readdir(tmp)).filter((name) => name.startsWith('paliadin-example'));
  const file = join(tmp, (await directories())[0] ?? '', 'cases.db');
  return {
    url: /Open (http:\/\/localhost:\d+)/.exec(said)?.[1] ?? '',
    end,
    leftBehind: directories,
    /** What the application’s database says. */
    statusOf(id: number) {
      using database = new DatabaseSync(file, { readOnly: true });
      return database.prepare('select status from cases where id = ?').get(id)?.status;
    },
  };
}

async function signIn(page: Page, name: string): Promise<Chat> {
  await page.goto('/');
  await page.getByRole('button', { name }).click();
  return openWidget(page);
}

async function openWidget(page: Page): Promise<Chat> {
  // Not `waitForFunction`: when it has to wait it evaluates text in the page, which the application forbids.
  await expect.poll(() => page.evaluate('"Paliadin" in window')).toBe(true);
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  await page.mouse.click(width - 46, height - 46);
  return widgetIn(page);
}

async function widgetIn(page: Page): Promise<Chat> {
  await expect.poll(() => page.frames().length).toBe(2);
  const chat = chatOn(page.frames()[1] as never);
  await chat.box.waitFor();
  return chat;
}

const chipsIn = async (answer: Chat['log']) =>
  (await answer.locator('.chip').allTextContents()).map((text) => text.trim());
