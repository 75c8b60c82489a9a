/** The sign-in page with each configured method, and a user who is disabled while the page is open. */
import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { SESSION_KEY_ITEM } from '../../src/contract/session-key.ts';
import { en } from '../../src/web/locales/en.ts';
import { signInWords } from '../../src/web/locales/sign-in.ts';
import { pictureFile, useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { addressOf, chatOn, signedIn } from './chat.ts';
import { look } from './look.ts';

const SECRET = randomBytes(48).toString('base64');
const browser = useBrowser();
const byApplication = useGateway({
  env: {
    PALIADIN_JWT_SECRET: SECRET,
    PALIADIN_JWT_ISSUER: 'app',
    PALIADIN_JWT_AUDIENCE: 'paliadin',
    PALIADIN_APP_URL: 'https://app.example/start',
  },
});
const behindProxy = useGateway({
  env: {
    PALIADIN_TRUSTED_HEADER: 'Tailscale-User-Login',
    PALIADIN_TRUSTED_NAME_HEADER: 'Tailscale-User-Name',
    PALIADIN_TRUSTED_PROXIES: '127.0.0.1',
  },
});

/** A browser writes every refusal on its console. */
const REFUSED = /401 \(Unauthorized\)|403 \(Forbidden\)/;

test.each(['en', 'de'] as const)(
  'the sign-in page says that the application signs in (%s), and still accepts a link',
  async (language) => {
    const words = signInWords[language];
    const { page, expectTrouble } = await browser.visitor(byApplication().url, { locale: language });
    expectTrouble(REFUSED);
    await page.goto('/');
    await page.getByText(words.fromApplication).waitFor();
    expect(await page.getByLabel(words.field).isVisible()).toBe(false);
    await page.getByText(words.withLink).click();
    await look(page, `sign-in-application-${language}`);
    await page.getByLabel(words.field).fill(await byApplication().signInLink('anna'));
    await page.getByRole('button', { name: words.button }).click();
    await page.getByRole('log').waitFor();
  },
);

function signToken(claims: { sub: string; name: string }, secret = SECRET): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('app')
    .setAudience('paliadin')
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(Buffer.from(secret));
}

test('a link with the application’s token opens the page signed in, once, and asks before it replaces anybody', async () => {
  const { page } = await browser.visitor(byApplication().url);
  await page.goto(`/?page=%2Fcases%2F42#token=${await signToken({ sub: '43', name: 'Cora C.' })}`);
  const { ask, button } = chatOn(page);
  await (await ask('demo at once')).answered();
  expect(new URL(page.url()).hash).toBe('');
  await page.reload();
  await button(en.settings).click();
  await page.getByText('Signed in as Cora C.').waitFor();
  await page.keyboard.press('Escape');
  await page.goto(`/#token=${await signToken({ sub: '44', name: 'Eve E.' })}`);
  const { replaceTitle, stay } = signInWords.en;
  await page.getByRole('heading', { name: replaceTitle('Eve E.') }).waitFor();
  await page.getByRole('button', { name: stay }).click();
  await button(en.settings).click();
  await page.getByText('Signed in as Cora C.').waitFor();
});

test('a link with a token that is refused says why, and where the application is', async () => {
  const { page, expectTrouble } = await browser.visitor(byApplication().url);
  expectTrouble(REFUSED);
  await page.goto(`/#token=${await signToken({ sub: '45', name: 'Fay' }, 'x'.repeat(40))}`);
  await page.getByText('its signature was not made with PALIADIN_JWT_SECRET').waitFor();
  const link = page.getByRole('link', { name: signInWords.en.toApplication });
  expect(await link.getAttribute('href')).toBe('https://app.example/start');
  await look(page, 'sign-in-refused-token');
});

test('a form of another origin opens the page signed in', async () => {
  const { page, expectTrouble } = await browser.visitor(byApplication().url);
  expectTrouble(/^request to elsewhere: https:\/\/app\.example\//);
  const token = await signToken({ sub: '46', name: 'Gil G.' });
  // A page of its own origin, as any application's is to the gateway.
  await page.route('https://app.example/**', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${byApplication().url}/"><input name="token" value="${token}"><button>Assistant</button></form>`,
    }),
  );
  await page.goto('https://app.example/');
  await page.getByRole('button', { name: 'Assistant' }).click();
  const { ask } = chatOn(page);
  await (await ask('demo at once')).answered();
  expect(addressOf(page)).toBe(`${byApplication().url}/`);
});

test('the application’s token signs a browser in, which can then ask', async () => {
  const { page, expectTrouble } = await browser.visitor(byApplication().url);
  expectTrouble(REFUSED);
  const token = await signToken({ sub: '42', name: 'Ben B.' });
  // As a script does that the proxy serves under the gateway's own origin.
  await page.goto('/');
  await page.getByText(signInWords.en.fromApplication).waitFor();
  const status = await page.evaluate(
    async ({ token, item }) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch('/api/auth/token', { method: 'POST', headers, body: JSON.stringify({ token }) });
      localStorage.setItem(item, (await answer.json()).sessionKey);
      return answer.status;
    },
    { token, item: SESSION_KEY_ITEM },
  );
  expect(status).toBe(200);
  await page.reload();
  const { ask, button } = chatOn(page);
  await (await ask('demo at once')).answered();
  await button(en.settings).click();
  await page.getByText('Signed in as Ben B.').waitFor();
});

test('behind a proxy no sign-in is needed; a proxy that names nobody is reported', async () => {
  const known = await browser.visitor(behindProxy().url, {
    extraHTTPHeaders: { 'Tailscale-User-Login': 'carl@example.com', 'Tailscale-User-Name': 'Carl C.' },
  });
  await known.page.goto('/');
  const { ask, button } = chatOn(known.page);
  await (await ask('demo at once')).answered();
  await button(en.settings).click();
  await known.page.getByText('Signed in as Carl C.').waitFor();

  const unknown = await browser.visitor(behindProxy().url);
  unknown.expectTrouble(REFUSED);
  await unknown.page.goto('/');
  await unknown.page.getByText(signInWords.en.byProxy).waitFor();
  await look(unknown.page, 'sign-in-proxy');
  await unknown.page.getByRole('button', { name: signInWords.en.reload }).click();
  await unknown.page.getByText(signInWords.en.byProxy).waitFor();
});

test('a user who is disabled while the page is open is told so, and is back after being enabled', async () => {
  const { page, visitor, log } = await signedIn(browser, byApplication(), 'dora');
  visitor.expectTrouble(REFUSED);
  const { users } = await byApplication().store();
  const user = await users.bySubject('dora');
  await users.disable(user?.id ?? '', { actor: 'cli', at: Date.now() });
  await page.getByRole('alert').getByText(signInWords.en.shutOut).waitFor();
  await page.screenshot({ path: await pictureFile('sign-in-shut-out') });
  await page.reload();
  await page.getByRole('alert').getByText(signInWords.en.shutOut).waitFor();
  await users.enable(user?.id ?? '', { actor: 'cli', at: Date.now() });
  await page.reload();
  await page.getByText(signInWords.en.ended).waitFor();
  const { hash } = new URL(await byApplication().signInLink('dora'));
  await page.goto(`/${hash}`);
  await log.waitFor();
});
