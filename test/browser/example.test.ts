/** `npm run example`, as somebody tries it who has just cloned it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { APPLICATION_HOST } from '../support/application.ts';
import { useBrowser } from '../support/browser.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { chatOn } from './chat.ts';

const browser = useBrowser({ names: [APPLICATION_HOST] });

test('the example starts with one command, answers its two people each for themselves, and leaves nothing behind', async () => {
  const { path: tmp, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const main = join(import.meta.dirname, '../../examples/cases/main.ts');
  const env = { ...process.env, TMPDIR: tmp, HOME: tmp };
  const example = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(example, 'close');
  onTestFinished(() => void example.kill('SIGKILL'));
  let said = '';
  example.stdout.setEncoding('utf8');
  for await (const piece of example.stdout) {
    said += piece;
    if (said.includes('Ctrl-C')) break;
  }
  const url = /Open (http:\/\/localhost:\d+)/.exec(said)?.[1] ?? '';
  const visitor = await browser.visitor(url, {}, { fresh: true });
  visitor.expectTrouble(/^request to elsewhere: http:\/\/127\.0\.0\.1:/);
  const { page } = visitor;
  await page.goto('/');
  await page.getByRole('button', { name: 'Ana Richter' }).click();
  await page.getByRole('link', { name: 'Müller v. Bosch' }).click();
  await page.waitForFunction('window.Paliadin');
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  await page.mouse.click(width - 46, height - 46);
  await expect.poll(() => page.frames().length).toBe(2);
  const [, inner] = page.frames();
  const chat = chatOn(inner as never);
  await chat.box.waitFor();
  await inner?.getByText('42, Müller v. Bosch').waitFor();
  await (await chat.ask('Which cases are overdue?')).answered();

  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Ben Okafor' }).click();
  await page.waitForFunction('window.Paliadin');
  await page.mouse.click(width - 46, height - 46);
  await expect.poll(() => page.frames().length).toBe(2);
  const bens = chatOn(page.frames()[1] as never);
  await bens.box.waitFor();
  expect(await bens.page.getByRole('article').count()).toBe(0);
  await page.goto('about:blank');

  example.kill('SIGINT');
  expect((await exit)[0]).toBe(0);
  expect((await readdir(tmp)).filter((name) => name.startsWith('paliadin-example'))).toEqual([]);
});
