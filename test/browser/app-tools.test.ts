/** What people see of the application's tools: the card of the person who asked, and the turn on the dashboard. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pictureFile, useBrowser } from '../support/browser.ts';
import { type CaseApp, startCaseApp } from '../support/case-app.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

const browser = useBrowser();
let app: CaseApp;
let gateway: TestGateway;
beforeAll(async () => {
  app = await startCaseApp();
  gateway = await startTestGateway({ env: { PALIADIN_APP_TOOLS_URL: app.url, PALIADIN_APPROVALS: 'none' } });
  app.trust(gateway.url);
  await until('the host to be ready', async () => (await fetch(`${gateway.url}/readyz`)).ok);
});
afterAll(async () => {
  await gateway?.dispose();
  await app?.close();
});

test.each([
  [
    'en',
    'Do this in the application, in your name: Close case?',
    'Allow once',
    'The application’s tools',
    'close case 43',
  ],
  [
    'de',
    'In der Anwendung in deinem Namen ausführen: Close case?',
    'Einmal erlauben',
    'Werkzeuge der Anwendung',
    'Schließe Fall 44',
  ],
])(
  'the asker allows a change on a card, and it is on the turn’s page (%s)',
  async (locale, title, allow, heading, message) => {
    const member = await browser.visitor(gateway.url, { locale });
    await member.page.goto(await gateway.signInLink('jwt:ana'));
    await member.page.getByRole('textbox').first().waitFor();
    const ana = await gateway.as('jwt:ana');
    const { turnId } = await ana.ask(message, { locale });
    await ana.until(turnId, 'approval');
    await member.page.getByText(title, { exact: true }).waitFor();
    await member.page.getByRole('button', { name: allow }).waitFor();
    await member.page.screenshot({ path: await pictureFile(`app-tool-card-${locale}`) });
    await member.page.getByRole('button', { name: allow }).click();
    await ana.finished(turnId);

    const owner = await browser.visitor(gateway.url, { locale });
    await owner.page.goto(await gateway.signInLink('owner'));
    await owner.page.getByRole('textbox').first().waitFor();
    await owner.page.goto(`${gateway.url}/admin/turns/${turnId}`);
    await owner.page.getByRole('heading', { name: heading }).waitFor();
    const panel = owner.page.getByRole('region', { name: heading });
    expect(await panel.textContent()).toContain('close_case');
    await panel.locator('summary').click();
    expect(await panel.textContent()).toContain(`"id": ${message.slice(-2)}`);
    await owner.page.screenshot({ path: await pictureFile(`app-tool-turn-${locale}`), fullPage: true });
    await owner.page.goto(`${gateway.url}/admin`);
    const counted = owner.page.getByRole('region', { name: heading });
    await counted.getByText('close_case').waitFor();
    await owner.page.screenshot({ path: await pictureFile(`app-tool-overview-${locale}`), fullPage: true });
  },
);
