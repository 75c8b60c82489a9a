/** Two hosts on the dashboard, and what the chat offers while one of them is away. */
import { expect, test } from 'vitest';
import { pictureFile, useBrowser } from '../support/browser.ts';
import type { TestGateway } from '../support/gateway.ts';
import type { Laptop } from '../support/laptop.ts';
import { hostViews } from '../support/listed-hosts.ts';
import { LONG_MS, useTwoHosts } from '../support/two-hosts.ts';
import { until } from '../support/until.ts';

const browser = useBrowser();
const LONG = LONG_MS;
let home: Laptop;
let gateway: TestGateway;

useTwoHosts(
  { home: 9, office: 2 },
  {
    async prepare(hosts) {
      gateway = hosts.gateway;
      ({ home } = hosts.laptops);
      await (await gateway.store()).hosts.prefer(['home', 'office'], { actor: 'cli', at: Date.now() });
    },
  },
);

test('the dashboard shows each host, and moves a conversation', { timeout: LONG }, async () => {
  await (await gateway.as('owner')).answer('demo echo one');
  const { page } = await browser.visitor(gateway.url);
  await page.goto(await gateway.signInLink());
  await page.getByRole('textbox', { name: 'Your question' }).waitFor();
  await page.goto(`${gateway.url}/admin/hosts`);
  for (const name of ['home', 'office']) await page.getByRole('heading', { name }).waitFor();
  // As the last probe found it, which may be from before the question.
  await page
    .getByText(/\b[1289] more terminals/)
    .first()
    .waitFor();
  await page.screenshot({ path: await pictureFile('hosts'), fullPage: true });
  await page.getByRole('button', { name: 'Drain office' }).click();
  await page.getByRole('button', { name: 'Drain', exact: true }).last().click();
  await page.getByText('Draining').waitFor();
  await page.screenshot({ path: await pictureFile('drained-host'), fullPage: true });
  await page.getByRole('button', { name: 'Let office take new conversations again' }).click();
  await page.getByRole('button', { name: 'Drain office' }).waitFor();
  await page.goto(`${gateway.url}/admin/sessions`);
  await page.getByRole('button', { name: /^Move the session/ }).click();
  await page.screenshot({ path: await pictureFile('move-session') });
  await page.getByRole('button', { name: 'Move', exact: true }).last().click();
  await page.getByText('office').first().waitFor();
  const { session } = await (await gateway.as('owner')).me();
  expect(session).toMatchObject({ generation: 2, moved: true });
});

test('a question whose host is away can be left and withdrawn, or goes on elsewhere', { timeout: LONG }, async () => {
  const { page } = await browser.visitor(gateway.url);
  await page.goto(await gateway.signInLink('anna'));
  const box = page.getByRole('textbox', { name: 'Your question' });
  await box.fill('demo echo one');
  await box.press('Enter');
  await page.getByText('Copy answer').or(page.getByLabel('Copy answer')).first().waitFor();
  await home.stopListening();
  home.cut();
  await until('the gateway to notice', async () =>
    (await hostViews(gateway)).hosts.some(({ name, presence }) => name === 'home' && presence === 'away'),
  );
  await box.fill('demo echo two');
  await box.press('Enter');
  await page.getByRole('button', { name: 'Leave the question' }).waitFor();
  await page.screenshot({ path: await pictureFile('host-away') });
  await page.getByRole('button', { name: 'Leave the question' }).click();
  await page.getByText(/It is answered when that is back, until/).waitFor();
  await page.screenshot({ path: await pictureFile('question-left') });
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByText('Stopped').first().waitFor();
  // What to do is offered at the newest turn only.
  await box.fill('demo echo three');
  await box.press('Enter');
  await page.getByRole('button', { name: 'Go on elsewhere' }).click();
  await page.getByText(/goes on on another of the assistant’s computers/).waitFor();
  await until('the answer', async () => (await (await gateway.as('anna')).history()).turns[0]?.status === 'completed');
  await page.screenshot({ path: await pictureFile('went-elsewhere') });
});
