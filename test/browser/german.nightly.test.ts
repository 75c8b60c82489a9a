import { expect, test } from 'vitest';
import { de } from '../../src/web/locales/de.ts';
import { en } from '../../src/web/locales/en.ts';
import { signInWords } from '../../src/web/locales/sign-in.ts';
import { useBrowser } from '../support/browser.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';
import { chatOn, isLoaded, signedIn } from './chat.ts';
import { look } from './look.ts';

const browser = useBrowser();
const gateway = useGateway();

const GERMAN = { words: de, options: { locale: 'de-AT' } };

test('a German browser gets the page, the agent and errors in German', async () => {
  const { page, ask, box } = await signedIn(browser, gateway(), 'anna', GERMAN);
  expect(await page.locator('html').getAttribute('lang')).toBe('de-AT');
  await page.getByRole('heading', { name: 'Womit kann ich helfen?' }).waitFor();
  await page.getByRole('button', { name: 'Welche Akten werden diese Woche fällig?' }).waitFor();
  expect(await box.getAttribute('placeholder')).toBe('Eine Frage stellen…');
  const first = await ask('Welche Akten gibt es?');
  await first.says('Sie fragen: „Welche Akten gibt es?“');
  await first.says('Benutzt: cases.search · 3 Zeilen');
  const second = await ask('demo limit');
  await second.says('Keine Antwort');
  await second.says('Der Assistent hat sein Kontingent vorerst aufgebraucht. Bitte später noch einmal versuchen.');
  await second.button('Noch einmal fragen').waitFor();

  await look(page, 'german');
  // None of the page's own words were left untranslated.
  const text = await page.getByRole('main').textContent();
  for (const english of [en.startOver, en.failed, en.askAgain, en.keys]) expect(text).not.toContain(english);
  expect(await page.getByRole('button').allTextContents()).not.toContain(en.send);
});

test('German texts fit on a phone', async () => {
  const viewport = { width: 390, height: 844 };
  const { page, ask, button, dialog } = await signedIn(browser, gateway(), 'ben', {
    words: de,
    options: { locale: 'de', viewport, isMobile: true, hasTouch: true, colorScheme: 'dark' },
  });
  await (await ask('demo limit')).says('Kontingent');
  await button(de.startOver).tap();
  await dialog.getByText(de.startOverTitle).waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBe(viewport.width);
  await look(page, 'german-phone-dialog');
});

test('the language can be chosen, at once and after a reload, and errors follow it', async () => {
  const { page, ask, button } = await signedIn(browser, gateway(), 'carl');
  await (await ask('demo limit')).says('The assistant has used up its allowance');
  await button(en.settings).click();
  await page.getByRole('radio', { name: 'Deutsch' }).check();
  const german = chatOn(page, de);
  await german.turn('demo limit').says('Der Assistent hat sein Kontingent vorerst aufgebraucht');
  await german.button(de.startOver).waitFor();
  await page.reload();
  await isLoaded(german, de);
  await german.turn('demo limit').says('Keine Antwort');
  const { whole } = await german.ask('demo table');
  await whole.getByRole('columnheader', { name: 'Akte' }).waitFor();
});

test('sign-in and a server without an agent are in German, too', async () => {
  const lonely = await gatewayForTest({ env: { PALIADIN_AGENT: 'none' } });
  const { page, expectTrouble } = await browser.visitor(lonely.url, { locale: 'de-DE' });
  expectTrouble(/401 \(Unauthorized\)/);
  await page.goto('/#code=used-already');
  await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
  expect(await page.getByRole('alert').textContent()).toBe(signInWords.de.refused);
  await page.goto(await lonely.signInLink('dora'));
  await page.getByRole('note').getByText('Der Assistent ist auf diesem Server ausgeschaltet.').waitFor();
});
