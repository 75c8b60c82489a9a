/** What an application's page and the widget in it do for each other. */
import type { Frame, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { frameWords } from '../../src/web/locales/frame.ts';
import { APPLICATION_HOST, type Application, openWidget, release, startApplication } from '../support/application.ts';
import { useBrowser } from '../support/browser.ts';
import { type Chat, chatOn } from './chat.ts';

const browser = useBrowser({ names: [APPLICATION_HOST] });

async function opened(app: Application): Promise<{ page: Page; frame: Frame; chat: Chat }> {
  const visit = await app.visit(browser);
  visit.expectTrouble(/40[13] \((Unauthorized|Forbidden)\)/);
  await openWidget(visit.page);
  const frame = await visit.chat();
  const chat = chatOn(frame as never);
  await chat.box.waitFor();
  return { page: visit.page, frame, chat };
}

async function sessionOf(app: Application, id: string): Promise<string> {
  const { sessions, users } = await app.gateway.store();
  const user = await users.bySubject(`jwt:${id}`);
  return (await sessions.ofUser({ id: user?.id ?? '' }, { prefix: '', host: '', now: 0 })).name;
}

test('a chip is the page’s router’s to open, and a link below its base where the router leaves it', async () => {
  const app = await startApplication();
  app.state.attributes = 'data-base="/app/"';
  const { page, frame, chat } = await opened(app);
  await (await chat.ask('Which cases are overdue?')).answered();
  const chip = frame.getByRole('link', { name: 'Estate of Lindqvist' });
  expect(await chip.getAttribute('href')).toBe(`${app.origin}/app/cases/17`);
  await page.evaluate(`
    window.heard = [];
    Paliadin.on('open-entity', (event) => { heard.push(event.detail.path); event.preventDefault(); });
  `);
  await chip.click();
  await expect.poll(() => page.evaluate('heard')).toEqual(['/cases/17']);
  expect(page.url()).toBe(`${app.origin}/cases/42`);

  await page.reload();
  await openWidget(page);
  await expect.poll(() => page.frames().length).toBe(2);
  await page.frames()[1]?.getByRole('link', { name: 'Estate of Lindqvist' }).click();
  await page.waitForURL(`${app.origin}/app/cases/17`);
});

test('what the page says of itself is shown, can be taken away, follows its navigation, and reaches the agent as the page’s words', async () => {
  const app = await startApplication();
  const { page, frame, chat } = await opened(app);
  await page.evaluate(`Paliadin.setContext({ case: '42, Müller v. Bosch', selection: 'notice within the period' })`);
  await frame.getByText('42, Müller v. Bosch').waitFor();
  await chat.button('Leave out: selection').click();
  await (await chat.ask('demo echo first')).answered();
  const [first] = await app.gateway.prompts(await sessionOf(app, 'ana'));
  expect(first?.message).toContain(
    'From the page, not from the person:\n> title: Case 42\n> case: 42, Müller v. Bosch',
  );
  expect(first?.message).not.toContain('notice within');

  // A single-page application goes on without loading anything; what was taken away is there again with the next page.
  await page.evaluate(`history.pushState(null, '', '/cases/43#x'); document.title = 'Case 43';`);
  await page.evaluate(`Paliadin.setContext({ selection: 'another' })`);
  await frame.getByText('Case 43').waitFor();
  await frame.getByText('another').waitFor();
  await (await chat.ask('demo echo second')).answered();
  const { turns } = await app.gateway.store();
  const [line] = await turns.list({ limit: 1 });
  expect((await turns.get(line?.turnId ?? ''))?.pageOrigin).toBe(`${app.origin}/cases/43`);
  await chat.button('Leave the page out').click();
  await (await chat.ask('demo echo third')).answered();
  const prompts = await app.gateway.prompts(await sessionOf(app, 'ana'));
  expect(prompts.at(-1)?.message).toBe('demo echo third');
});

test('the page may put a question into the box, or send it, and hears what comes while the widget is closed', async () => {
  const app = await startApplication();
  const { page, chat } = await opened(app);
  await page.evaluate(`Paliadin.ask('demo echo only written')`);
  await expect.poll(() => chat.box.inputValue()).toBe('demo echo only written');
  await page.evaluate(`
    window.unread = [];
    Paliadin.on('unread', ({ detail }) => unread.push(detail.count));
    Paliadin.ask('demo hold it', { send: true });
  `);
  const turn = chat.turn('demo hold it');
  await turn.whole.waitFor();
  await expect.poll(async () => (await app.gateway.prompts(await sessionOf(app, 'ana'))).length).toBe(1);
  await page.evaluate('Paliadin.close()');
  await release(app, 'ana', 'it');
  await expect.poll(() => page.evaluate('unread.at(-1)')).toBe(1);
  await page.evaluate('Paliadin.open()');
  await expect.poll(() => page.evaluate('unread.at(-1)')).toBe(0);
});

test('after shutdown() nothing of a person is left, and whoever comes next has their own', async () => {
  const app = await startApplication();
  const { page, chat } = await opened(app);
  await (await chat.ask('demo echo of Ana')).answered();
  const signedOut = page.waitForResponse((response) => response.url().endsWith('/api/auth/sign-out'));
  app.state.user = { id: 'ben', name: 'Ben Okafor' };
  await page.evaluate('Paliadin.shutdown()');
  expect((await signedOut).status()).toBe(204);
  await expect.poll(() => page.frames().length).toBe(1);
  await openWidget(page);
  await expect.poll(() => page.frames().length).toBe(2);
  const bens = chatOn(page.frames()[1] as never);
  await bens.box.waitFor();
  expect(await bens.page.getByText('demo echo of Ana').count()).toBe(0);
  await (await bens.ask('demo echo of Ben')).answered();
  expect(await (await app.gateway.store()).users.bySubject('jwt:ben')).not.toBeNull();
});

test('somebody else who signs in in the application without shutdown() never sees or asks as the person before', async () => {
  const app = await startApplication({ env: { PALIADIN_JWT_MAX_AGE: '10s' } });
  app.state.lifetime = 10;
  // Not even a refused request is in the console.
  const visit = await app.visit(browser);
  await openWidget(visit.page);
  const frame = await visit.chat();
  const chat = chatOn(frame as never);
  await chat.box.waitFor();
  await (await chat.ask('demo echo of Ana')).answered();
  app.state.user = { id: 'ben', name: 'Ben Okafor' };
  await frame.getByText('demo echo of Ana').first().waitFor({ state: 'detached', timeout: 25_000 });
  await chat.box.waitFor();
  await (await chat.ask('demo echo of Ben')).answered();
  const { users, turns } = await app.gateway.store();
  const [ana, ben] = [await users.bySubject('jwt:ana'), await users.bySubject('jwt:ben')];
  expect(await turns.list({ userId: ana?.id ?? '', limit: 9 })).toHaveLength(1);
  expect(await turns.list({ userId: ben?.id ?? '', limit: 9 })).toHaveLength(1);
});

test('a sign-in that is ended elsewhere is replaced, and the person asks on', async () => {
  const app = await startApplication();
  const { page, chat } = await opened(app);
  await (await chat.ask('demo at once')).answered();
  const user = await (await app.gateway.store()).users.bySubject('jwt:ana');
  const owner = await app.gateway.as('owner');
  const exchanged = page.waitForResponse(
    (response) => response.url().endsWith('/api/auth/embed') && response.status() === 200,
  );
  await owner.call('POST', `/api/admin/users/${user?.id}/sign-out`, { body: {} });
  await exchanged;
  await (await chat.ask('demo echo again')).answered();
});

test('who is disabled, or not signed in in the application, sees words for it, and the page hears of it', async () => {
  const app = await startApplication();
  const { page, frame, chat } = await opened(app);
  await (await chat.ask('demo at once')).answered();
  const user = await (await app.gateway.store()).users.bySubject('jwt:ana');
  const owner = await app.gateway.as('owner');
  const setDisabled = (disabled: boolean) =>
    owner.call('PATCH', `/api/admin/users/${user?.id}`, { body: { disabled } });
  await setDisabled(true);
  await frame.getByRole('heading', { name: frameWords.en.disabled }).waitFor();
  await setDisabled(false);
  app.state.user = null;
  // Or the next page would ask by itself who is there.
  await page.evaluate('Paliadin.close()');
  await page.reload();
  await page.evaluate(`window.out = 0; addEventListener('paliadin:signed-out', () => out++)`);
  await openWidget(page);
  await expect.poll(() => page.evaluate('out')).toBe(1);
  await page.frames()[1]?.getByRole('heading', { name: frameWords.en.signedOut }).waitFor();
  // They sign in in another tab, and come back.
  app.state.user = { id: 'ana', name: 'Ana Richter' };
  await page.evaluate('Paliadin.close(); Paliadin.open()');
  await chatOn(page.frames()[1] as never)
    .turn('demo at once')
    .answered();
});

test('by keyboard: the focus stays in the open widget, Esc closes it, and the focus is where it was', async () => {
  const app = await startApplication();
  app.state.body = '<button id="mine">Help</button><input id="field">';
  const { page, expectTrouble, chat } = await app.visit(browser);
  expectTrouble(/./);
  await page.waitForFunction('window.Paliadin');
  await page.evaluate(`document.querySelector('#mine').onclick = () => Paliadin.open()`);
  await page.locator('#mine').focus();
  await page.keyboard.press('Enter');
  const frame = await chat();
  const { box } = chatOn(frame as never);
  await box.waitFor();
  const focused = () => frame.evaluate('document.activeElement?.tagName');
  await expect.poll(focused).toBe('TEXTAREA');
  const seen = new Set<string>();
  let at = '';
  /** Each press moves the focus to another element of the frame, also from its end to its beginning. */
  const press = async (key: string) => {
    const before = at;
    await page.keyboard.press(key);
    await expect
      .poll(async () => {
        at = await frame.evaluate(
          'document.hasFocus() && document.activeElement !== document.body ? document.activeElement.outerHTML.slice(0, 200) : ""',
        );
        return at !== '' && at !== before;
      })
      .toBe(true);
    seen.add(at);
  };
  for (let step = 0; step < 20; step++) await press('Tab');
  expect(seen.size).toBeLessThan(18);
  for (let step = 0; step < 8; step++) await press('Shift+Tab');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('mine');
});

test('a page may have the chat within it, and its styles reach nothing of the widget', async () => {
  const app = await startApplication();
  app.state.head =
    '<style>* { display: none !important; color: red !important } html, body, paliadin-chat { display: block !important }</style>';
  app.state.body = '<main></main>';
  const { page, chat } = await app.visit(browser);
  await page.waitForFunction('window.Paliadin');
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  await page.mouse.click(width - 46, height - 46);
  await chatOn((await chat()) as never).box.waitFor();
  await page.evaluate(`document.body.append(document.createElement('paliadin-chat'))`);
  await expect.poll(() => page.frames().length).toBe(2);
  const inline = await chat();
  await chatOn(inline as never).box.waitFor();
  expect(
    await chatOn(inline as never)
      .button('Close')
      .count(),
  ).toBe(0);
  const size = await page.evaluate(
    `(({ width, height }) => [width, height])(document.querySelector('paliadin-chat').getBoundingClientRect())`,
  );
  expect(size).toEqual([width - 16, 640]);
});
