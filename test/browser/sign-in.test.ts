import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { signInWords } from '../../src/web/locales/sign-in.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { chatOn, signedIn } from './chat.ts';

const browser = useBrowser();
const gateway = useGateway();

/** A browser writes every refusal on its console. */
const SIGNED_OUT = /401 \(Unauthorized\)/;

test('a link signs in, and its code is gone from address and history', async () => {
  const link = await gateway().signInLink('anna');
  const { page } = await browser.visitor(gateway().url);
  await page.goto(link);
  const { log, box, button } = chatOn(page);
  await log.waitFor();
  expect(page.url()).toBe(`${gateway().url}/`);
  await expect.poll(() => box.evaluate((element) => element === document.activeElement)).toBe(true);
  await button(en.settings).click();
  await page.getByText('Signed in as anna').waitFor();
  await page.reload();
  await log.waitFor();
  expect(await page.goBack()).toBeNull();
});

test('a link that was used already is refused in friendly words, and another one helps', async () => {
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

test('a used link does no harm to whoever is signed in', async () => {
  const { page, log, visitor } = await signedIn(browser, gateway(), 'carl');
  visitor.expectTrouble(SIGNED_OUT);
  const link = await gateway().signInLink('carl');
  for (const _ of ['fresh', 'used']) {
    await page.goto('about:blank');
    await page.goto(link);
    await log.waitFor();
  }
  expect(page.url()).toBe(`${gateway().url}/`);
});

test('a link that is pasted into an open page signs in', async () => {
  const { page, expectTrouble } = await browser.visitor(gateway().url);
  expectTrouble(SIGNED_OUT);
  await page.goto('/');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto(await gateway().signInLink('dora'));
  await chatOn(page).log.waitFor();
});

test('whoever signs out is out, also after a reload', async () => {
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

test('a question that is asked after the session has ended is not lost with it', async () => {
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
