/** What the owner sees and does on the dashboard's pages: users, sessions, failures, the audit log. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../src/web/admin/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useSeededGateway } from '../support/seeded-gateway.ts';
import { dashboard, look } from './admin.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useSeededGateway({ turns: 300, users: 6, days: 30 });

const atMidnight = (day: number) => new Date(new Date().setHours(0, 0, 0, 0) + day * 24 * 3_600_000);

async function turnOf(query: string) {
  const owner = await gateway().as('owner');
  const { turns } = await (await owner.call('GET', `/api/admin/turns?limit=1&${query}`)).json();
  return turns[0] as { turnId: string; question: string; errorCode: keyof typeof en.codes };
}

test('a user is signed out everywhere, and their API tokens revoked if chosen', async () => {
  const { open, button, row, page, status } = await dashboard(browser, gateway());
  const client = await gateway().as('ines');
  const { user } = await client.me();
  await open('/users');
  const signOut = async () => {
    await button(en.users.changeOf(user.name)).click();
    await page.getByRole('dialog').getByRole('button', { name: en.users.signOut }).click();
    await page.getByRole('heading', { name: en.users.signOutTitle(user.name) }).waitFor();
  };
  const confirm = () => page.getByRole('dialog').getByRole('button', { name: en.users.signOutAction }).click();
  const done = status.getByText(en.users.signOutDone(user.name));
  await row(user.name).waitFor();
  await signOut();
  await look(page, 'admin-sign-out');
  await confirm();
  await done.waitFor();
  expect((await client.call('GET', '/api/me')).status).toBe(200);
  await signOut();
  await page.getByLabel(en.users.signOutTokens).check();
  await confirm();
  await expect.poll(async () => (await client.call('GET', '/api/me')).status).toBe(401);
});

test('deleting a user first shows who is deleted and what that includes', async () => {
  const { open, button, row, page, status } = await dashboard(browser, gateway());
  const client = await gateway().as('jonas');
  const { user } = await client.me();
  const { turnId } = await client.answer('demo at once');
  await open('/users');
  const ask = async () => {
    await button(en.users.changeOf(user.name)).click();
    await page.getByRole('dialog').getByRole('button', { name: en.users.delete }).click();
  };
  await ask();
  const dialog = page.getByRole('dialog', { name: en.users.deleteTitle(user.name) });
  for (const words of [en.users.deleteText('jonas'), en.users.deleteTurns('1'), en.users.deleteKept]) {
    await dialog.getByText(words).waitFor();
  }
  await look(page, 'admin-delete');
  await dialog.getByRole('button', { name: en.cancel }).click();
  expect((await client.turn(turnId)).status).toBe('completed');
  // Whoever came by keyboard is where they were.
  await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toBe(en.users.changeOf(user.name));
  await ask();
  await dialog.getByRole('button', { name: en.users.deleteAction }).click();
  await status.getByText(en.users.deleteDone(user.name)).waitFor();
  await expect.poll(() => row(user.name).count()).toBe(0);
  expect((await client.call('GET', '/api/me')).status).toBe(401);
});

test('deleting a user while another connection reads says that the text is still in the database’s log', async () => {
  const { open, button, row, page } = await dashboard(browser, gateway());
  const client = await gateway().as('karla');
  const { user } = await client.me();
  await client.answer('demo at once');
  const reader = new DatabaseSync(join(gateway().stateDir, 'paliadin.db'));
  reader.exec('begin; select count(*) from turns');
  await open('/users');
  await button(en.users.changeOf(user.name)).click();
  await page.getByRole('dialog').getByRole('button', { name: en.users.delete }).click();
  await page.getByRole('dialog').getByRole('button', { name: en.users.deleteAction }).click();
  await page.getByText(en.users.deleteInLog(user.name)).waitFor();
  await look(page, 'admin-delete-in-log');
  reader.close();
  await expect.poll(() => row(user.name).count()).toBe(0);
});

test('a user is shown with the application’s name for them and their e-mail', async () => {
  const { open, row } = await dashboard(browser, gateway());
  await open('/users');
  await row('Ben Okafor').getByText('ben.okafor@example.org', { exact: true }).waitFor();
  await row('Ben Okafor').getByText('ben.okafor', { exact: true }).waitFor();
});

test('button labels are vertically aligned with the other text of their row', async () => {
  const { open, page, row } = await dashboard(browser, gateway(), {
    options: { viewport: { width: 1440, height: 900 } },
  });
  for (const path of ['users', 'sessions'] as const) {
    await open(`/${path}`);
    const words = row('Ben Okafor').first();
    const texts = await Promise.all([
      middleOf(words.getByText('Ben Okafor').first()),
      middleOf(words.locator('.actions > *').first()),
      middleOf(words.locator('.state').first()),
    ]);
    expect([path, Math.max(...texts) - Math.min(...texts)]).toEqual([path, expect.closeTo(0, 0)]);
    const lefts = await page
      .locator('.actions')
      .evaluateAll((all) => [
        ...new Set(all.map((each) => Math.round(each.firstElementChild?.getBoundingClientRect().x ?? 0))),
      ]);
    expect(lefts).toHaveLength(1);
  }
});

test('the audit log is filtered by time, and the filter is in the URL', async () => {
  const { open, page, link } = await dashboard(browser, gateway());
  await open('/audit');
  const times = () =>
    page
      .locator('td[data-label="Time"] time')
      .evaluateAll((all) => all.map((time) => Date.parse(time.getAttribute('datetime') ?? '')));
  await page.getByLabel(en.turns.time).selectOption('days');
  const day = atMidnight(-3);
  const text = [day.getFullYear(), day.getMonth() + 1, day.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
  const shown = new Set<number>();
  for (const label of [en.turns.from, en.turns.to]) await page.getByLabel(label, { exact: true }).fill(text);
  await expect
    .poll(async () => (await times()).every((at) => at >= day.getTime() && at < atMidnight(-2).getTime()))
    .toBe(true);
  for (const at of await times()) shown.add(at);
  expect(shown.size).toBeGreaterThan(0);
  expect(new URL(page.url()).search).toBe(`?time=days&from=${text}&to=${text}`);
  await page.reload();
  await expect.poll(async () => new Set(await times())).toEqual(shown);
  await link(en.turns.clear).click();
  await expect.poll(async () => Math.max(...(await times()))).toBeGreaterThan(atMidnight(0).getTime());
});

test('the audit log shows how many rows were checked, since when, and whether texts were compared', async () => {
  const { open, page, button } = await dashboard(browser, gateway());
  await open('/audit');
  const chain = page.getByRole('region', { name: en.audit.chain });
  const checked = /([\d,]+) of ([\d,]+) rows checked/;
  await chain.getByText(checked).waitFor();
  const [, rows, total] = checked.exec((await chain.textContent()) ?? '') ?? [];
  expect([rows, Number(rows?.replace(',', ''))]).toEqual([total, expect.toSatisfy((count: number) => count > 600)]);
  await chain.getByText(en.audit.notCompared).waitFor();
  await button(en.audit.checkAll).click();
  await chain.getByText(en.audit.compared('now')).waitFor();
});

test('a session that waits for an approval shows so, with its user', async () => {
  const { open, page, row } = await dashboard(browser, gateway());
  const client = await gateway().as('lara');
  const { user } = await client.me();
  const { turnId } = await client.ask('demo ask');
  await client.until(turnId, 'approval');
  await open('/sessions');
  const state = row(user.name).getByRole('link', { name: en.sessions.waitsFor(user.name) });
  await state.waitFor();
  await look(page, 'admin-waits');
  await client.cancel(turnId);
  await state.waitFor({ state: 'detached' });
});

test('the session of an agent that crashed is not shown as live', async () => {
  const { open, row } = await dashboard(browser, gateway());
  const client = await gateway().as('mira');
  const { user } = await client.me();
  await client.answer('demo at once');
  await open('/sessions');
  await row(user.name).getByText(en.sessions.live, { exact: true }).waitFor();
  expect((await client.answer('demo crash')).error?.code).toBe('agent_stopped');
  await open('/sessions');
  await row(user.name).getByText(en.sessions.asleep, { exact: true }).waitFor();
});

test('a turn’s page has its shortened question as title, and its id beside it', async () => {
  const { open, page } = await dashboard(browser, gateway());
  const owner = await gateway().as('owner');
  const long = `demo at once: ${'which of all the cases that we have is the one? '.repeat(10).trim()}`;
  const { turnId } = await owner.answer(long);
  await open(`/turns/${turnId}`);
  const heading = page.getByRole('heading', { level: 1 });
  await expect.poll(() => heading.textContent()).toMatch(/^demo at once: which of all .*…$/);
  expect((await heading.textContent())?.length).toBeLessThan(125);
  expect(await page.locator('.said').textContent()).toBe(long);
  expect(await page.title()).toBe(`${await heading.textContent()} · Paliadin`);
  await page.locator('header').getByText(turnId, { exact: true }).waitFor();
  await page.getByRole('link', { name: en.turn.back }).click();
  await expect.poll(() => page.title()).toBe(`${en.pages.turns} · ${en.title} · Paliadin`);

  const short = await turnOf('status=completed');
  await open(`/turns/${short.turnId}`);
  expect(await heading.textContent()).not.toBe('');
});

test('a failed turn shows the owner its code, the host’s message, and what to do', async () => {
  const { open, page } = await dashboard(browser, gateway());
  const { turnId, errorCode } = await turnOf('code=timeout');
  await open(`/turns/${turnId}`);
  const trouble = page.getByRole('region', { name: en.turn.error });
  for (const words of [
    en.codes[errorCode],
    errorCode,
    'no sign of life from the agent for 60 s',
    en.advice[errorCode],
  ]) {
    await expect.poll(() => trouble.textContent()).toContain(words.replaceAll('`', ''));
  }
  expect(await trouble.textContent()).not.toContain('it will appear here');
});

async function middleOf(element: Locator): Promise<number> {
  return element.evaluate((node) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    range.selectNodeContents(walker.nextNode() ?? node);
    const { top, height } = range.getBoundingClientRect();
    return top + height / 2;
  });
}
