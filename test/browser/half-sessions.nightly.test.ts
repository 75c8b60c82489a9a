/** Sessions that the browser has half of, or beside another one's. */
import { expect, test } from 'vitest';
import { SESSION_KEY_ITEM } from '../../src/contract/session-key.ts';
import { hashSecret } from '../../src/services/sign-in/secrets.ts';
import { en } from '../../src/web/locales/en.ts';
import { signInWords } from '../../src/web/locales/sign-in.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { look } from './admin.ts';
import { type Chat, chatOn, isLoaded, nameOn, signedIn } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();
const another = useGateway();

/** A browser writes every refusal on its console. */
const SIGNED_OUT = /401 \(Unauthorized\)/;

test('two gateways on one machine do not affect each other’s sign-in', async () => {
  const { page, context, expectTrouble } = await browser.visitor(gateway().url);
  expectTrouble(/^request to elsewhere/);
  const tabs = [
    { page, link: await gateway().signInLink('otto') },
    { page: await context.newPage(), link: await another().signInLink('paul') },
  ];
  for (const { page, link } of tabs) {
    await page.goto(link);
    await chatOn(page).log.waitFor();
  }
  for (const [index, { page }] of tabs.entries()) {
    await page.reload();
    const chat = chatOn(page);
    await isLoaded(chat, en);
    expect(await nameOn(chat)).toBe(['otto', 'paul'][index]);
    await (await chat.ask('demo at once')).answered();
  }
  // Signing out of one is no sign-out of the other.
  const [first, second] = tabs.map((tab) => chatOn(tab.page)) as [Chat, Chat];
  expectTrouble(SIGNED_OUT);
  await first.button(en.settings).click();
  await first.button(en.signOut).click();
  await first.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await second.page.reload();
  expect(await nameOn(second)).toBe('paul');
});

test('clearing the site’s data signs out, and the page says why when only part was cleared', async () => {
  const { page, visitor, log } = await signedIn(browser, gateway(), 'quin');
  const { context } = visitor;
  visitor.expectTrouble(SIGNED_OUT);
  const title = page.getByRole('heading', { name: 'Sign in' });
  const said = page.getByText(signInWords.en.ended);
  const cookies = await context.cookies();
  const key = await page.evaluate((item) => localStorage.getItem(item), SESSION_KEY_ITEM);
  expect(key).toMatch(/^[\w-]{43}$/);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await title.waitFor();
  await said.waitFor();
  await look(page, 'sign-in-ended');

  // The other way round: the page's half is there, and the cookie is not.
  await page.evaluate(([item, value]) => localStorage.setItem(item, value), [SESSION_KEY_ITEM, key ?? ''] as const);
  await context.clearCookies();
  await page.reload();
  await said.waitFor();

  // All of it: as somebody who was never here.
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await title.waitFor();
  expect(await said.count()).toBe(0);

  // Both halves are what was signed in.
  await context.addCookies(cookies);
  await page.evaluate(([item, value]) => localStorage.setItem(item, value), [SESSION_KEY_ITEM, key ?? ''] as const);
  await page.reload();
  await log.waitFor();
});

test('a session from before session keys is asked to sign in once more', async () => {
  const { signIn, users } = await gateway().store();
  const { user } = await users.ensure({ subject: 'sven', now: Date.now() });
  const now = Date.now();
  await signIn.addBrowserSession({
    hash: hashSecret('from-before'),
    keyHash: '',
    userId: user.id,
    way: 'code',
    keyDigest: null,
    createdAt: now,
    expiresAt: now + 60_000,
  });
  for (const language of ['en', 'de'] as const) {
    const { page, context, expectTrouble } = await browser.visitor(gateway().url, { locale: language });
    expectTrouble(SIGNED_OUT);
    await context.addCookies([{ name: 'paliadin', value: 'from-before', url: gateway().url }]);
    await page.goto('/');
    await page.getByText(signInWords[language].update).waitFor();
    await look(page, `sign-in-update-${language}`);
  }
});
