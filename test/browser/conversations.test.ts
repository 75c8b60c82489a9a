/** Several conversations of a person: the list at the side, the drawer, and what another tab sees of them. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { de } from '../../src/web/locales/de.ts';
import { en, type Messages } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { isLoaded, signedIn } from './chat.ts';
import { look } from './look.ts';

const browser = useBrowser();
const gateway = useGateway();

function listOn(page: Page, t: Messages = en) {
  const list = page.getByRole('navigation', { name: t.conversations });
  const button = (name: string) => list.getByRole('button', { name, exact: true });
  return {
    list,
    button,
    link: (title: string | RegExp) => list.getByRole('link', { name: title }),
    field: list.getByRole('searchbox', { name: t.findConversation }),
    titles: () => list.locator('.conversations-title').allTextContents(),
    async begin() {
      await button(t.newChat).click();
      await page.getByRole('heading', { name: t.welcome }).waitFor();
    },
    act: (title: string) => button(t.moreOf(title)).click(),
  };
}

test('two conversations answer side by side, each with its own memory, and the browser goes back between them', async () => {
  const { page, ask, turn, box, log } = await signedIn(browser, gateway(), 'anna');
  const { begin, link, titles } = listOn(page);
  await (await ask('demo hold x')).says('This is the first half.');
  await begin();
  await (await ask('demo memory')).says('This is your first question.');
  expect(await titles()).toEqual(['demo memory', 'demo hold x']);
  await link(/demo hold x/)
    .getByText(en.conversationStates.answering)
    .waitFor();

  const second = page.url();
  await link(/demo hold x/).click();
  await turn('demo hold x').says('This is the first half.');
  expect(await log.getByText('demo memory').count()).toBe(0);
  await page.goBack();
  await turn('demo memory').says('This is your first question.');
  expect(page.url()).toBe(second);

  await box.fill('half a question');
  await link(/demo hold x/).click();
  await turn('demo hold x').whole.waitFor();
  expect(await box.inputValue()).toBe('');
  await page.goto(second);
  await turn('demo memory').whole.waitFor();
  expect(await box.inputValue()).toBe('half a question');
});

test('a conversation is renamed in the list, archived, found by its title, and taken out of the archive', async () => {
  const { page, ask } = await signedIn(browser, gateway(), 'ben');
  const { list, act, button, link, titles, field, begin } = listOn(page);
  await (await ask('demo at once')).answered();
  await begin();
  await (await ask('demo table')).answered();
  await act('demo at once');
  await look(page, 'conversations');
  await button(en.rename).click();
  const name = list.getByRole('textbox', { name: en.renameField });
  await name.fill('Müller v. Bosch');
  await name.press('Enter');
  await link('Müller v. Bosch').waitFor();
  expect(await titles()).toEqual(['demo table', 'Müller v. Bosch']);

  await act('Müller v. Bosch');
  await button(en.archive).click();
  await link('Müller v. Bosch').waitFor({ state: 'detached' });
  await field.fill('bosch mull');
  await link('Müller v. Bosch').waitFor();
  await field.fill('nowhere');
  await list.getByText(en.noConversationFound).waitFor();
  await field.fill('');
  await button(en.archived).click();
  await act('Müller v. Bosch');
  await button(en.unarchive).click();
  await button(en.backToConversations).click();
  await link('Müller v. Bosch').waitFor();
});

test('deleting asks first, and then another conversation is shown; its questions are found no more', async () => {
  const { page, ask, turn, button: onPage } = await signedIn(browser, gateway(), 'carla');
  const { act, button, link, titles, begin } = listOn(page);
  await (await ask('demo at once')).answered();
  await begin();
  await (await ask('demo echo secret')).answered();
  await act('demo echo secret');
  await button(en.remove).click();
  const dialog = page.getByRole('dialog', { name: en.removeTitle('demo echo secret') });
  await dialog.getByRole('button', { name: en.cancel }).click();
  await link(/demo echo secret/).waitFor();
  await button(en.remove).click();
  await dialog.getByRole('button', { name: en.remove }).click();
  await link(/demo echo secret/).waitFor({ state: 'detached' });
  await turn('demo at once').whole.waitFor();
  expect(await titles()).toEqual(['demo at once']);
  await onPage(en.searchTitle).click();
  const field = page.getByRole('searchbox', { name: en.searchField });
  await field.fill('secret');
  await field.press('Enter');
  await page.getByText(en.foundNothing).waitFor();
});

test('what is found in another conversation leads to it', async () => {
  const { page, ask, turn, button } = await signedIn(browser, gateway(), 'dora');
  await (await ask('demo echo needle')).answered();
  await listOn(page).begin();
  await button(en.searchTitle).click();
  const field = page.getByRole('searchbox', { name: en.searchField });
  await field.fill('needle');
  await field.press('Enter');
  await page.getByRole('dialog').locator('summary').click();
  await page.getByRole('button', { name: en.openConversation }).click();
  await turn('demo echo needle').whole.waitFor();
});

test('another tab is told of new, renamed and deleted conversations, and marks an answer that nobody has seen', async () => {
  const person = await signedIn(browser, gateway(), 'emil');
  const { page, ask } = person;
  await (await ask('demo at once')).answered();
  const one = listOn(page);
  const tab = await person.newTab();
  const other = listOn(tab.page);
  await other.link('demo at once').waitFor();
  await one.begin();
  await ask('demo hold y');
  await other
    .link(/demo hold y/)
    .getByText(en.conversationStates.answering)
    .waitFor();
  await one.link('demo at once').click();
  const emil = await gateway().as('emil');
  const { session } = await emil.me();
  const { writeFile } = await import('node:fs/promises');
  await writeFile(`${gateway().agentDirectory(session.name)}/release-y`, '');
  for (const { link } of [one, other])
    await link(/demo hold y/)
      .getByText(en.unread)
      .waitFor();
  await other.link(/demo hold y/).click();
  await tab.turn('demo hold y').answered();
  for (const { list } of [one, other]) await list.getByText(en.unread).waitFor({ state: 'detached' });

  await other.act('demo hold y');
  await other.button(en.remove).click();
  await tab.page.getByRole('dialog').getByRole('button', { name: en.remove }).click();
  await one.link(/demo hold y/).waitFor({ state: 'detached' });
});

test('in a narrow window the list is a drawer that closes with Escape and with a choice', async () => {
  const options = { viewport: { width: 400, height: 640 }, colorScheme: 'dark', locale: 'de-DE' } as const;
  const fritz = await gateway().as('fritz');
  await fritz.answer('demo at once');
  const { page, turn } = await signedIn(browser, gateway(), 'fritz', { words: de, options });
  const { list, button, link } = listOn(page, de);
  const toggle = page.getByRole('button', { name: de.showConversations });
  expect(await list.count()).toBe(0);
  await page.getByRole('button', { name: de.newChat }).click();
  await page.getByRole('heading', { name: de.welcome }).waitFor();
  await toggle.click();
  await link('demo at once').waitFor();
  await look(page, 'conversations-drawer-german-dark');
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });
  await expect.poll(() => toggle.evaluate((element) => element === document.activeElement)).toBe(true);
  await toggle.click();
  await link('demo at once').press('ArrowUp');
  await expect.poll(() => link(de.untitled).evaluate((element) => element === document.activeElement)).toBe(true);
  await link('demo at once').click();
  await list.waitFor({ state: 'detached' });
  await turn('demo at once').whole.waitFor();
  expect(await button(de.newChat).count()).toBe(0);
});

test('the list can be folded away, and stays so', async () => {
  const person = await signedIn(browser, gateway(), 'gerda');
  const { page } = person;
  const { list } = listOn(page);
  await page.getByRole('button', { name: en.hideConversations }).click();
  await list.waitFor({ state: 'detached' });
  await page.reload();
  await isLoaded(person, en);
  expect(await list.count()).toBe(0);
  await page.getByRole('button', { name: en.showConversations }).click();
  await list.waitFor();
});

test('the address of a conversation that is not there shows another, and says so', async () => {
  const { page, ask, turn, visitor } = await signedIn(browser, gateway(), 'hanna');
  visitor.expectTrouble(/404/);
  await (await ask('demo at once')).answered();
  await page.goto('/?conversation=test-12345678');
  await turn('demo at once').whole.waitFor();
  expect(page.url()).not.toContain('test-12345678');
  await page.getByRole('alert').waitFor();
});
