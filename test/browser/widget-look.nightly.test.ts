/** The widget as people see it, for people to look at, and as axe does. */
import type { BrowserContextOptions, Frame, Page } from 'playwright-core';
import { test } from 'vitest';
import { de } from '../../src/web/locales/de.ts';
import { APPLICATION_HOST, type Application, chatFrame, openWidget, startApplication } from '../support/application.ts';
import { pictureFile, useBrowser } from '../support/browser.ts';
import { chatOn } from './chat.ts';
import { PHONE } from './look.ts';

const browser = useBrowser({ names: [APPLICATION_HOST] });

const PAGE = `<style>body{margin:0;font:15px/1.5 system-ui;color:#16181d}header{padding:12px 24px;border-bottom:1px solid #e4e6ea;font-weight:600}main{padding:8px 24px;max-width:44rem}td,th{padding:8px 24px 8px 0;text-align:left;border-bottom:1px solid #e4e6ea}</style>`;
const BODY = `<header>Cases</header><main><h1>Müller v. Bosch</h1><table><tr><th>No.</th><td>42</td></tr><tr><th>Client</th><td>Müller KG</td></tr><tr><th>Due</th><td>2026-12-03</td></tr></table></main>`;

async function visit(app: Application, options: BrowserContextOptions = {}): Promise<Page> {
  const { page, expectTrouble } = await browser.visitor(app.origin, options, { fresh: true });
  expectTrouble(new RegExp(`^request to elsewhere: ${app.gateway.url}/`), /401 \(Unauthorized\)/);
  await page.goto('/cases/42');
  await page.waitForFunction('window.Paliadin');
  return page;
}

async function opened(app: Application, options: BrowserContextOptions = {}): Promise<{ page: Page; frame: Frame }> {
  const page = await visit(app, options);
  await openWidget(page);
  const frame = await chatFrame(page, app.gateway);
  return { page, frame };
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: await pictureFile(`widget-${name}`), animations: 'disabled' });
}

test('pictures of the widget', async () => {
  const app = await startApplication({ env: { PALIADIN_APPROVALS: 'users' } });
  app.state.head = PAGE;
  app.state.body = BODY;
  app.state.title = 'Müller v. Bosch · Cases';
  const closed = await visit(app);
  await picture(closed, 'closed');
  await closed.evaluate(
    "Paliadin.setContext({ case: '42, Müller v. Bosch', selection: 'Pursuant to section 4 the lessee has given notice within the period.' })",
  );
  await openWidget(closed);
  const frame = await chatFrame(closed, app.gateway);
  const chat = chatOn(frame as never);
  await chat.box.waitFor();
  await picture(closed, 'open');
  await (await chat.ask('Which cases are overdue?')).answered();
  await picture(closed, 'answer');
  await chat.ask('demo approve');
  await chat.button('Allow once').waitFor();
  await picture(closed, 'card');
  await chat.button('Deny').click();
  await closed.evaluate('Paliadin.close()');

  const phone = await opened(app, PHONE);
  await chatOn(phone.frame as never)
    .turn('Which cases are overdue?')
    .answered();
  await picture(phone.page, 'phone');

  app.state.attributes =
    'data-locale="de" data-theme="dark" data-accent="#0f62fe" data-name="Kira" data-greeting="Womit kann Kira helfen?" data-corner="left"';
  app.state.user = { id: 'ben', name: 'Ben', locale: 'de' };
  const german = await opened(app, { colorScheme: 'dark' });
  await chatOn(german.frame as never, de).box.waitFor();
  await picture(german.page, 'german-dark');

  app.state.attributes = 'data-accent="#ffd400"';
  app.state.user = { id: 'cleo', name: 'Cleo' };
  app.state.csp = `default-src 'self'; style-src 'unsafe-inline'; script-src ${app.gateway.url}; frame-src ${app.gateway.url}`;
  const strict = await opened(app);
  const strictChat = chatOn(strict.frame as never);
  await strictChat.box.waitFor();
  await (await strictChat.ask('demo markdown')).answered();
  await picture(strict.page, 'strict-yellow');

  app.state.user = null;
  const nobody = await opened(app);
  await nobody.frame.getByRole('alert').waitFor();
  await picture(nobody.page, 'signed-out');
});
