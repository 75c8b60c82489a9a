/** What the owner can find and do on the dashboard, in a real browser with a gateway that has history. */
import { expect, test } from 'vitest';
import { en } from '../../src/web/admin/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useSeededGateway } from '../support/seeded-gateway.ts';
import { dashboard, look, saved, works } from './admin.ts';
import { chatOn, isLoaded } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useSeededGateway();

test('the overview shows health, users and failures, and the range is in the URL', async () => {
  const { page, link } = await dashboard(browser, gateway());
  await works(page, en);
  const figures = page.locator('.figures');
  const turns = async () => Number((await figures.locator('.figure-value').first().textContent())?.replace(/\D/g, ''));
  await figures.waitFor();
  const month = await turns();
  await page.getByRole('radio', { name: en.ranges['90d'] }).check();
  await expect.poll(turns).toBeGreaterThan(month);
  expect(new URL(page.url()).search).toBe('?range=90d');
  await page.reload();
  await expect.poll(turns).toBeGreaterThan(month);
  expect(await page.getByRole('radio', { name: en.ranges['90d'] }).isChecked()).toBe(true);
  await page.goBack();
  await expect.poll(turns).toBe(month);

  // A plot is also a table, with the same numbers.
  const figure = page.getByRole('figure', { name: en.plots.turns });
  await figure.getByText(en.asTable).click();
  const answered = await figure
    .getByRole('row')
    .evaluateAll((rows) =>
      rows
        .slice(1)
        .reduce(
          (sum, row) => sum + [...row.querySelectorAll('td')].reduce((all, cell) => all + Number(cell.textContent), 0),
          0,
        ),
    );
  expect(answered).toBe(month);

  // From a code to the turns that failed with it.
  const code = page.locator('.names').first().getByRole('link').first();
  await code.click();
  await page.getByRole('heading', { level: 1, name: en.pages.turns }).waitFor();
  expect(new URL(page.url()).searchParams.get('code')).not.toBeNull();
  await link(en.turns.clear).waitFor();
});

test('turns are filtered by the URL, and paged', async () => {
  const { page, link, open, button } = await dashboard(browser, gateway());
  await open('/turns?status=failed');
  const rows = page.getByRole('table').getByRole('row');
  await expect.poll(() => rows.count()).toBe(51);
  expect(await rows.filter({ hasText: en.statuses.completed }).count()).toBe(0);
  await page.getByLabel(en.turns.code).selectOption('timeout');
  await expect.poll(() => new URL(page.url()).search).toBe('?status=failed&code=timeout');
  await expect.poll(() => rows.filter({ hasText: 'agent_' }).count()).toBe(0);
  expect(await rows.filter({ hasText: en.codes.timeout }).count()).toBeGreaterThan(0);
  const csv = await saved(button(en.turns.exportAs('CSV')));
  expect([csv.name, csv.text.includes('"errorCode"')]).toEqual(['paliadin-turns.csv', true]);
  const json = await saved(button(en.turns.exportAs('JSON')));
  const codes = (JSON.parse(json.text) as { errorCode: string }[]).map(({ errorCode }) => errorCode);
  expect([json.name, ...new Set(codes)]).toEqual(['paliadin-turns.json', 'timeout']);

  await page.getByLabel(en.turns.search).fill('zzzz nobody said this');
  await page.getByLabel(en.turns.search).press('Enter');
  await page.getByRole('heading', { name: en.turns.none }).waitFor();
  await page.getByRole('main').getByRole('link', { name: en.turns.clear }).first().click();
  await expect.poll(() => rows.count()).toBe(51);

  const first = await rows.nth(1).textContent();
  await link(en.turns.next).click();
  await expect.poll(async () => (await rows.nth(1).textContent()) !== first).toBe(true);
  await link(en.turns.first).click();
  await expect.poll(() => rows.nth(1).textContent()).toBe(first);
});

test('a turn’s page has question, answer, stages, tools and facts', async () => {
  const { page, open, visitor } = await dashboard(browser, gateway());
  const owner = await gateway().as('owner');
  const { turnId } = await owner.answer('Which cases are due?');
  await open('/turns?search=cases+due');
  await page.getByRole('link', { name: 'Which cases are due?' }).first().click();
  await page.waitForURL(`**/turns/${turnId}`);
  await page.getByRole('heading', { name: en.turn.stages }).waitFor();
  // The focus went along, so that the next Tab is on this page.
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
  await page.locator('.markdown').getByRole('columnheader', { name: 'Next deadline' }).waitFor();
  await page.getByRole('radio', { name: en.turn.raw }).check();
  expect(await page.locator('pre.raw').textContent()).toContain('<!-- paliadin');
  for (const stage of Object.values(en.turn.stageNames)) await page.getByText(stage, { exact: true }).waitFor();
  await page.locator('.tools').getByText('cases.search').waitFor();
  visitor.expectTrouble(/404 \(Not Found\)/);
  await page.goto('/admin/turns/39152504-4154-4a41-92f6-60d5456892f2');
  await page.getByRole('heading', { level: 1, name: en.turn.gone }).waitFor();
  await page.goto('/admin/nowhere');
  await page.getByRole('heading', { level: 1, name: en.noSuchPage }).waitFor();
});

test('new turns and changes appear without a reload', async () => {
  const { page, open } = await dashboard(browser, gateway());
  await open('/turns');
  await page.getByText(en.live, { exact: true }).waitFor();
  const owner = await gateway().as('owner');
  const asked = await owner.ask('demo hold live');
  const row = page.getByRole('row').filter({ hasText: 'demo hold live' });
  await row.getByText(en.statuses.running).waitFor();
  await owner.cancel(asked.turnId);
  await row.getByText(en.statuses.cancelled).waitFor();
});

test('a terminal is shown live, and can be hibernated and its session reset', async () => {
  const { page, open, button, row, status } = await dashboard(browser, gateway());
  const client = await gateway().as('live.user');
  const { session, user } = await client.me();
  await client.answer('demo at once');
  await open('/sessions');
  await row(user.name)
    .getByRole('link', { name: en.sessions.lookAt(user.name) })
    .click();
  const screen = page.getByRole('region', { name: en.sessions.screen });
  await expect.poll(() => screen.textContent()).toContain('demo at once');
  await page.locator('.xterm-rows').waitFor();
  await client.answer('demo echo something-new');
  await expect.poll(() => page.locator('.xterm-rows').textContent()).toContain('something-new');
  expect(await page.evaluate(() => [...document.querySelectorAll('style')].length)).toBe(0);
  await look(page, 'admin-terminal');

  await button(en.sessions.hibernateOf(user.name)).click();
  await page.getByText(en.sessions.noTerminal).waitFor();
  await button(en.sessions.resetOf(user.name)).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: en.cancel }).click();
  expect((await client.me()).session.generation).toBe(session.generation);
  await button(en.sessions.resetOf(user.name)).click();
  await dialog.getByRole('button', { name: en.sessions.reset }).click();
  await status.getByText(en.sessions.resetDone(user.name)).waitFor();
  expect((await client.me()).session.generation).toBe(session.generation + 1);
});

test('a user is disabled at once, and enabled again', async () => {
  const { open, button, row, page } = await dashboard(browser, gateway());
  const client = await gateway().as('kim');
  const { user } = await client.me();
  await open('/users');
  await row(user.name).getByText(en.users.active).waitFor();
  await button(en.users.disableOf(user.name)).click();
  await page.getByRole('dialog').getByRole('button', { name: en.users.disable }).click();
  await row(user.name).getByText(en.users.disabled).waitFor();
  expect((await client.call('GET', '/api/me')).status).toBe(403);
  await button(en.users.enableOf(user.name)).click();
  await row(user.name).getByText(en.users.active).waitFor();

  await button(en.users.changeOf(user.name)).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(en.users.quotaLong).fill('7');
  await dialog.getByLabel(en.users.role).selectOption('admin');
  await look(page, 'admin-change-user');
  await dialog.getByRole('button', { name: en.users.save }).click();
  await row(user.name).getByText(en.users.ofQuota('0', '7')).waitFor();
  await row(user.name).getByText(en.users.roles.admin).waitFor();
});

test('the audit log shows that it is intact, and who did what', async () => {
  const { page, open, button } = await dashboard(browser, gateway());
  await open('/audit');
  await page.getByText(en.audit.whole).waitFor();
  await button(en.audit.checkAll).click();
  await page.getByRole('status').getByText(en.audit.checkedAll).waitFor();
  await page.getByLabel(en.audit.action).selectOption('turn.failed');
  await expect.poll(() => new URL(page.url()).search).toBe('?action=turn.failed');
  const rows = page.getByRole('table').getByRole('row');
  await expect
    .poll(
      async () => (await rows.count()) > 1 && (await rows.filter({ hasText: en.audit.actions['turn.failed'] }).count()),
    )
    .toBe(50);
});

test('a member has no link to the dashboard and is refused; a signed-out visitor is asked to sign in', async () => {
  const visitor = await browser.visitor(gateway().url);
  const { hash } = new URL(await gateway().signInLink('member'));
  await visitor.page.goto(`/${hash}`);
  await isLoaded(chatOn(visitor.page), (await import('../../src/web/locales/en.ts')).en);
  expect(await visitor.page.getByRole('link', { name: 'Dashboard' }).count()).toBe(0);
  await visitor.page.goto('/admin');
  await visitor.page.getByRole('heading', { name: en.notAllowed }).waitFor();
  expect(await visitor.page.getByRole('navigation').count()).toBe(0);

  const stranger = await browser.visitor(gateway().url);
  stranger.expectTrouble(/401 \(Unauthorized\)/);
  await stranger.page.goto('/admin/users');
  await stranger.page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('the owner opens the dashboard from the chat, and uses it by keyboard alone', async () => {
  const visitor = await browser.visitor(gateway().url);
  const { page } = visitor;
  await page.goto(await gateway().signInLink('owner'));
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await page.getByRole('link', { name: 'Dashboard' }).click();
  await works(page, en);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(en.skip);
  await page.getByRole('link', { name: en.pages.hosts }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: en.pages.hosts }).waitFor();
  expect(await page.title()).toBe(`${en.pages.hosts} · ${en.title} · Paliadin`);
});

test('the chat loads no scripts of the dashboard', async () => {
  const visitor = await browser.visitor(gateway().url);
  const scripts: string[] = [];
  visitor.page.on('response', (response) => scripts.push(response.url()));
  await visitor.page.goto(await gateway().signInLink('owner'));
  await isLoaded(chatOn(visitor.page), (await import('../../src/web/locales/en.ts')).en);
  expect(scripts.filter((url) => /assets\/(admin|Overview|Plot|Screen|Turns|Audit)/.test(url))).toEqual([]);
});
