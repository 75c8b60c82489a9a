import { expect, test } from 'vitest';
import { SESSION_KEY_ITEM } from '../../src/contract/session-key.ts';
import { en as admin } from '../../src/web/admin/locales/en.ts';
import { en } from '../../src/web/locales/en.ts';
import { signInWords } from '../../src/web/locales/sign-in.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { addressOf, chatOn, nameOn, signedIn } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();

/** A browser writes every refusal on its console. */
const SIGNED_OUT = /401 \(Unauthorized\)/;

test('a link signs in, and its code is removed from address and history', async () => {
  const link = await gateway().signInLink('anna');
  const { page } = await browser.visitor(gateway().url, {}, { fresh: true });
  await page.goto(link);
  const { log, box, button } = chatOn(page);
  await log.waitFor();
  expect(addressOf(page)).toBe(`${gateway().url}/`);
  await expect.poll(() => box.evaluate((element) => element === document.activeElement)).toBe(true);
  await button(en.settings).click();
  await page.getByText('Signed in as anna').waitFor();
  await page.reload();
  await log.waitFor();
  expect(await page.goBack()).toBeNull();
});

test('a used link is refused with a message, and another one works', async () => {
  const link = await gateway().signInLink('ben');
  const first = await browser.visitor(gateway().url);
  await first.page.goto(link);
  await chatOn(first.page).log.waitFor();

  const second = await browser.visitor(gateway().url);
  second.expectTrouble(SIGNED_OUT);
  await second.page.goto(link);
  await second.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await second.page.getByRole('alert').textContent()).toBe(
    'This link or code is not valid. It has been used already, or it is too old.',
  );
  expect(second.page.url()).not.toContain('code');
  await second.page.getByLabel(signInWords.en.field).fill(await gateway().signInLink('ben'));
  await second.page.getByRole('button', { name: signInWords.en.button }).click();
  await chatOn(second.page).log.waitFor();
});

test('a used link does not sign out a signed-in user', async () => {
  const { page, log, visitor } = await signedIn(browser, gateway(), 'carl');
  visitor.expectTrouble(SIGNED_OUT);
  const link = await gateway().signInLink('carl');
  for (const _ of ['fresh', 'used']) {
    await page.goto('about:blank');
    await page.goto(link);
    await log.waitFor();
  }
  expect(addressOf(page)).toBe(`${gateway().url}/`);
});

test('a link pasted into an open page signs in', async () => {
  const { page, expectTrouble } = await browser.visitor(gateway().url);
  expectTrouble(SIGNED_OUT);
  await page.goto('/');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto(await gateway().signInLink('dora'));
  await chatOn(page).log.waitFor();
});

test('after signing out the user is signed out, also after a reload', async () => {
  const { page, button, visitor } = await signedIn(browser, gateway(), 'emil');
  visitor.expectTrouble(SIGNED_OUT);
  await button(en.settings).click();
  await button(en.signOut).click();
  const title = page.getByRole('heading', { name: 'Sign in' });
  await title.waitFor();
  await page.reload();
  await title.waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a question asked after the session ended is kept, and can be sent after signing in', async () => {
  const { page, box, newTab, visitor } = await signedIn(browser, gateway(), 'fred');
  visitor.expectTrouble(SIGNED_OUT);
  const other = await newTab();
  await other.button(en.settings).click();
  await other.button(en.signOut).click();
  await other.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await box.fill('demo at once');
  await box.press('Enter');
  await page.getByLabel(signInWords.en.field).fill(await gateway().signInLink('fred'));
  await page.getByRole('button', { name: signInWords.en.button }).click();
  await box.waitFor();
  expect(await box.inputValue()).toBe('demo at once');
});

test('another user’s link asks first, and staying changes nothing', async () => {
  const gina = await signedIn(browser, gateway(), 'gina');
  const { page, dialog, log } = gina;
  const link = await gateway().signInLink('hans');
  const cookies = await gina.visitor.context.cookies();
  await page.goto('about:blank');
  await page.goto(link);
  await dialog.getByRole('heading', { name: 'Sign in as hans instead?' }).waitFor();
  expect(await dialog.getByText('You are signed in as gina.').isVisible()).toBe(true);
  expect(addressOf(page)).toBe(`${gateway().url}/`);
  // Enter does what harms nobody: the focus is on staying.
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(signInWords.en.stay);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await log.waitFor();
  expect(await nameOn(gina)).toBe('gina');
  expect(await gina.visitor.context.cookies()).toEqual(cookies);

  // The same in a page that is open, and by Escape.
  await page.goto(link);
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.reload();
  expect(await nameOn(gina)).toBe('gina');

  // Its owner can still use it.
  const hans = await browser.visitor(gateway().url);
  await hans.page.goto(link);
  expect(await nameOn(chatOn(hans.page))).toBe('hans');
});

test('confirming another user’s link by keyboard switches every tab, and clears the first user’s draft', async () => {
  const ida = await signedIn(browser, gateway(), 'ida');
  const { page, dialog, box, newTab } = ida;
  ida.visitor.expectTrouble(SIGNED_OUT);
  await box.fill('written by ida');
  const tab = await newTab();
  await page.goto(await gateway().signInLink('jan'));
  await dialog.waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => box.inputValue()).toBe('');
  expect(await nameOn(ida)).toBe('jan');
  // Nobody goes on asking there in the name of somebody who has left.
  await expect.poll(() => tab.box.inputValue()).toBe('');
  expect(await nameOn(tab)).toBe('jan');
  await (await tab.ask('demo at once')).answered();
  const { turns } = await (await gateway().as('jan')).history();
  expect(turns.map(({ message }) => message)).toEqual(['demo at once']);
  expect((await (await gateway().as('ida')).history()).turns).toEqual([]);
});

test('a link that is used elsewhere while the dialog is open is refused, and nothing changes', async () => {
  const kai = await signedIn(browser, gateway(), 'kai');
  kai.visitor.expectTrouble(SIGNED_OUT);
  const link = await gateway().signInLink('lea');
  await kai.page.goto(link);
  await kai.dialog.waitFor();
  const lea = await browser.visitor(gateway().url);
  await lea.page.goto(link);
  await chatOn(lea.page).log.waitFor();
  await kai.dialog.getByRole('button', { name: signInWords.en.replace }).click();
  await kai.dialog.getByRole('alert').getByText('You are still signed in as kai.').waitFor();
  await kai.dialog.getByRole('button', { name: signInWords.en.close }).click();
  expect(await nameOn(kai)).toBe('kai');
});

test('the dashboard asks before another user’s link, too', async () => {
  const { page, visitor } = await signedIn(browser, gateway(), 'mia');
  const { hash } = new URL(await gateway().signInLink('owner'));
  await page.goto(`/admin${hash}`);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('heading', { name: 'Sign in as owner instead?' }).waitFor();
  await dialog.getByRole('button', { name: signInWords.en.stay }).click();
  await page.getByText(admin.notAllowedText('mia')).waitFor();
  await page.goto(`/admin${hash}`);
  await dialog.getByRole('button', { name: signInWords.en.replace }).click();
  await page.getByRole('navigation').waitFor();
  expect(visitor.trouble).toEqual([]);
});

test('signing out removes cookie and session key', async () => {
  const { page, button, visitor } = await signedIn(browser, gateway(), 'rosa');
  visitor.expectTrouble(SIGNED_OUT);
  await button(en.settings).click();
  await button(en.signOut).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await visitor.context.cookies()).toEqual([]);
  expect(await page.evaluate((item) => localStorage.getItem(item), SESSION_KEY_ITEM)).toBeNull();
});
