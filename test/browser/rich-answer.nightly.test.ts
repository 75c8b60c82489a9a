import { expect, test } from 'vitest';
import { EVERYTHING } from '../../src/demo/answers/everything.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();

test('a hostile answer runs nothing, loads nothing, and has no unsafe link', async () => {
  const { page, ask } = await signedIn(browser, gateway(), 'anna', { path: '/?page=https://cases.example/' });
  const { whole, answer, answered } = await ask('demo markdown');
  await answered();
  await whole.getByText('Nothing below may load, run or leave the page:').waitFor();
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
  const forbidden = 'img, picture, video, audio, script, style, iframe, object, embed, form, input, link, meta, base';
  expect(await answer.locator(forbidden).count()).toBe(0);
  expect(await answer.locator('[id], [onerror], [onload], [onclick], [srcset], [src]').count()).toBe(0);
  // The only style is where a table's column stands.
  const styles = await answer
    .locator('[style]')
    .evaluateAll((styled) => styled.map((one) => one.getAttribute('style')));
  expect(styles.filter((style) => !/^text-align: (left|center|right);$/.test(style ?? ''))).toEqual([]);
  const targets = await answer.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  expect(targets).toEqual(['https://example.com/', 'https://example.com/bare', 'https://cases.example/cases/42']);
  // A link elsewhere gets neither the opener nor an address of ours.
  const rels = await answer.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('rel')));
  expect(new Set(rels)).toEqual(new Set(['noopener noreferrer']));
  // No other chip leads anywhere either: there are no buttons but those to copy code.
  const buttons = await answer
    .getByRole('button')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
  expect(new Set(buttons)).toEqual(new Set([en.copyCode]));
});

test('all elements of Markdown are rendered', async () => {
  const { ask } = await signedIn(browser, gateway(), 'ben');
  const { answer, answered } = await ask('demo markdown');
  await answered();
  const has = (role: Parameters<typeof answer.getByRole>[0], name?: string) =>
    answer
      .getByRole(role, name === undefined ? {} : { name, exact: true })
      .first()
      .waitFor();
  await has('heading', 'Heading 1');
  await has('heading', 'Heading 3');
  await has('columnheader', 'middle');
  await has('cell', '1');
  await has('blockquote');
  await has('strong');
  await has('emphasis');
  await has('deletion');
  await has('separator');
  await has('img', en.taskDone);
  expect(await answer.getByRole('list').count()).toBeGreaterThan(3);
});

test('formulas are drawn as MathML by a chunk that only they load, and prices stay text', async () => {
  const { page, ask } = await signedIn(browser, gateway(), 'frida');
  const loaded = () =>
    page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('katex')).length);
  await (await ask('demo table')).answered();
  expect(await loaded()).toBe(0);
  const { answer, answered } = await ask('demo formulas');
  await answered();
  await answer.locator('.formula-display mfrac msqrt').waitFor();
  expect(await loaded()).toBe(1);
  expect(await answer.locator('math').count()).toBe(5);
  await answer.getByText('It costs $5 and $10, or US$7.').waitFor();
  expect(await answer.locator('math [style], math [class], math annotation').count()).toBe(0);
});

test('an answer is copied as it was written', async () => {
  const { page, ask, visitor, status } = await signedIn(browser, gateway(), 'carl');
  await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { button, answered, whole } = await ask('demo markdown');
  await answered();
  await button(en.copyAnswer).click();
  await expect.poll(() => status.textContent()).toBe(en.copied);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(EVERYTHING);
  await whole.getByRole('button', { name: en.copyCode }).first().click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toBe('const answer: number = 42; // highlighted');
});

test('a browser that forbids copying gets a message', async () => {
  const { ask, visitor, status } = await signedIn(browser, gateway(), 'dora');
  await visitor.context.clearPermissions();
  await visitor.page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  const { button, answered } = await ask('demo at once');
  await answered();
  await button(en.copyAnswer).click();
  await expect.poll(() => status.textContent()).toBe(en.copyFailed);
});

test('a rating and its comment are kept after a reload, and can be removed', async () => {
  const { ask, page, turn } = await signedIn(browser, gateway(), 'emil');
  const { button, whole, answered } = await ask('demo at once');
  await answered();
  await button(en.bad).click();
  await whole.getByRole('textbox', { name: en.commentBad }).fill('wrong <b>case</b>');
  await button(en.commentSend).click();
  await whole.getByText('wrong <b>case</b>').waitFor();
  await page.reload();
  await turn('demo at once').says('wrong <b>case</b>');
  expect(await button(en.bad).getAttribute('aria-pressed')).toBe('true');
  expect(await button(en.good).getAttribute('aria-pressed')).toBe('false');
  const stored = async () => (await (await gateway().as('emil')).history()).turns[0]?.feedback;
  expect(await stored()).toEqual({ rating: 'down', comment: 'wrong <b>case</b>' });
  await button(en.bad).click();
  await expect.poll(() => button(en.bad).getAttribute('aria-pressed')).toBe('false');
  await expect.poll(stored).toBeNull();
});

test('the page scrolls with a long answer, but not while the reader has scrolled up', async () => {
  const { ask, log, button, release } = await signedIn(browser, gateway(), 'fred');
  const distance = () => log.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  const top = () => log.evaluate((element) => element.scrollTop);
  await (await ask('demo long 20kb')).answered();
  await expect.poll(distance).toBeLessThan(3);
  expect(await top()).toBeGreaterThan(1000);
  expect(await button(en.jumpToLatest).count()).toBe(0);

  const { says } = await ask('demo hold x');
  await says('This is the first half.');
  await log.hover();
  await log.page().mouse.wheel(0, -600);
  await button(en.jumpToLatest).waitFor();
  const reading = await top();
  await release('x');
  await says('This is the second half.');
  expect(await top()).toBe(reading);
  await button(en.jumpToLatest).click();
  await expect.poll(distance).toBeLessThan(3);
  await button(en.jumpToLatest).waitFor({ state: 'detached' });

  // Whoever asks wants to see what becomes of it.
  await log.page().mouse.wheel(0, -600);
  await button(en.jumpToLatest).waitFor();
  await (await ask('demo at once')).answered();
  await expect.poll(distance).toBeLessThan(3);
});

test('while an answer grows the reader’s scroll position further up does not change', async () => {
  const { ask, log, release, button, turn } = await signedIn(browser, gateway(), 'greta');
  await (await ask('demo long 20kb')).answered();
  await ask('demo hold x');
  await turn('demo hold x').says('This is the first half.');
  await log.hover();
  await log.page().mouse.wheel(0, -900);
  await button(en.jumpToLatest).waitFor();
  const line = log.getByText('Line 150:').first();
  await line.scrollIntoViewIfNeeded();
  const before = await line.boundingBox();
  await (await gateway().as('greta')).ask('demo long 50kb');
  await release('x');
  await turn('demo long 50kb').answered();
  expect((await line.boundingBox())?.y).toBe(before?.y);
});
