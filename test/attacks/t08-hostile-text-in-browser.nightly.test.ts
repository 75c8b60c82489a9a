/**
 * T8. An attacker has an agent read their text, and it repeats it: markup that runs a script, loads a picture which
 * tells their server what was asked, links a user to their site, or signs them out. The same comes in a question, a
 * name, a page's address, a tag, a tool's name, an error. It is shown to the user in the chat, and to the owner in the
 * dashboard.
 *
 * Verified in Chromium on both pages, with each text by itself: no script runs, no other address is requested, no
 * element is there that could load or send, every link is a web link. The content security policy, as the second line
 * of defence, refuses an inline script, an inline style and a picture from elsewhere.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../src/web/admin/locales/en.ts';
import { en as chatWords } from '../../src/web/locales/en.ts';
import { signedIn } from '../browser/chat.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { hostileMarkdown } from '../web/hostile-markdown.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();

const HOSTILE_NAME = '<img src=x onerror=alert(1)>"\'><script>alert(1)</script>';

/** One turn for each piece: joined, one of them might swallow the others. */
async function plantTurns(pieces: readonly string[]): Promise<string[]> {
  const owner = await gateway().as('owner');
  const ids: string[] = [];
  for (const _ of pieces) ids.push((await owner.answer('demo at once')).turnId);
  const db = new DatabaseSync(join(gateway().stateDir, 'paliadin.db'), { timeout: 10_000 });
  try {
    const change = db.prepare(
      `update turns set response = ?, message = ?, trailer = ?, page_origin = ?, context = ?, classifier_tag = ?,
       used_tools = ?, error_detail = ? where turn_id = ?`,
    );
    for (const [index, piece] of pieces.entries()) {
      const all = [piece, piece, piece, piece, piece, piece, JSON.stringify([piece]), piece, ids[index] ?? ''];
      change.run(...all);
    }
    db.prepare('update users set name = ? where subject = ?').run(HOSTILE_NAME, 'owner');
  } finally {
    db.close();
  }
  return ids;
}

const pieces = hostileMarkdown.slice(0, 45);
let planted: Promise<string[]> | null = null;
/** What the tests share: the turns are planted once. */
function turns(): Promise<string[]> {
  planted ??= plantTurns(pieces);
  return planted;
}

/** As a link of the dashboard leads there, which loads the page once and not each time. */
function goWithin(page: Page, path: string): Promise<unknown> {
  return page.evaluate(`history.pushState(null, '', '${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
}

/** Nothing in it loads, runs or sends, and its links lead to the web, to mail, or where the page's own do. */
async function isHarmless(page: Page, within: Locator): Promise<void> {
  const forbidden =
    'img, picture, video, audio, script, iframe, object, embed, link, meta, base, math, [onerror], [onload]';
  expect(await within.locator(forbidden).count()).toBe(0);
  const found = await within
    .locator('a[href]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  const allowed = /^(https?:\/\/|mailto:|\/admin(?:[/?]|$)|\/api\/admin\/(?:turns|audit)\/export\?|\/$|#content$)/;
  expect(found.filter((href) => !allowed.test(href))).toEqual([]);
  expect(await page.evaluate("'pwned' in window")).toBe(false);
}

test('T8: the chat shows each hostile text without running or loading anything', { timeout: 120_000 }, async () => {
  await turns();
  const { page, log, button } = await signedIn(browser, gateway(), 'owner');
  const articles = log.getByRole('article');
  await expect
    .poll(async () => {
      const earlier = button(chatWords.loadEarlier);
      if (await earlier.count()) await earlier.click();
      return articles.count();
    })
    .toBe(pieces.length);
  await page.locator('.markdown, .plain-text').first().waitFor();
  await isHarmless(page, log);
});

test('T8: the dashboard shows each hostile text, rendered and raw, without running or loading anything', {
  timeout: 240_000,
}, async () => {
  const ids = await turns();
  const { page } = await signedIn(browser, gateway(), 'owner');
  await page.goto('/admin');
  for (const [index, id] of ids.entries()) {
    await goWithin(page, `/admin/turns/${id}`);
    await page.locator('header').getByText(id, { exact: true }).waitFor();
    await page.getByRole('radio', { name: en.turn.raw }).check();
    const raw = page.locator('pre.raw').last();
    const seen = await raw.textContent();
    // As it was written, but for what can't be seen, which is shown by its number.
    expect([index, seen?.includes((pieces[index] ?? '').slice(0, 5).replaceAll('\u0001', ''))]).toEqual([index, true]);
    await isHarmless(page, page.locator('body > #root'));
    await page.getByRole('radio', { name: en.turn.rendered }).check();
    await page.locator('.markdown, .plain-text').first().waitFor({ state: 'attached' });
    await isHarmless(page, page.locator('body > #root'));
  }
  for (const path of ['', '/turns', '/sessions', '/users', '/audit', '/hosts']) {
    await page.goto(`/admin${path}`);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await expect.poll(() => page.locator('body').textContent()).toContain(path === '/hosts' ? 'demo' : '<img src=x');
    await isHarmless(page, page.locator('body > #root'));
  }
});

test.each(['/', '/admin'])('T8: on %s the content security policy blocks injected content', async (path) => {
  const { page, visitor } = await signedIn(browser, gateway(), 'anna');
  visitor.expectTrouble(
    /Content Security Policy/,
    /net::ERR_BLOCKED_BY_CSP|csp/i,
    /request to elsewhere|request failed/,
  );
  const answer = await page.goto(path);
  const policy = answer?.headers()['content-security-policy'] ?? '';
  expect(policy).not.toContain('unsafe');
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  await page.getByRole('main').waitFor();
  const got = await page.evaluate(`(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.pwned = true';
    document.body.append(script);
    const styled = document.createElement('div');
    styled.setAttribute('style', 'position: fixed');
    document.body.append(styled);
    const picture = new Image();
    const failed = new Promise((resolve) => { picture.onerror = () => resolve(true); picture.onload = () => resolve(false); });
    picture.src = 'https://evil.example/leak';
    const handler = document.createElement('div');
    handler.innerHTML = '<button onclick="window.pwned = true"></button>';
    document.body.append(handler);
    handler.firstChild.click();
    return {
      pwned: 'pwned' in window,
      position: getComputedStyle(styled).position,
      picture: await failed,
      eval: (() => { try { return Function('return 1')(); } catch { return 'refused'; } })(),
    };
  })()`);
  // A script that the test itself runs is not the page's: only what it put there counts.
  expect(got).toMatchObject({ pwned: false, position: 'static', picture: true });
});
