import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';
import { watch } from './watch.ts';

const browser = useBrowser({ sameTab: true });
// A few words at a time, as a person would see it.
const gateway = useGateway({ env: { PALIADIN_DEMO_PACE: '12' } });

const TRAILER = /<!--|paliadin \{|used_tools|classifier_tag/;

test('an answer grows into Markdown while it streams, and its trailer is never shown', async () => {
  const { page, ask } = await signedIn(browser, gateway(), 'anna');
  const seen = await watch(page);
  const { whole, answered } = await ask('Which cases are there?');
  await answered();

  const states = await seen.answer();
  // Nothing, the whole, and at least two in between.
  expect(states.length).toBeGreaterThan(3);
  expect(states.filter((text, index) => !text.startsWith(states[index - 1] ?? ''))).toEqual([]);
  expect((await seen.page()).filter((text) => TRAILER.test(text))).toEqual([]);

  expect(await whole.getByRole('columnheader').allTextContents()).toEqual(['Case', 'Next deadline']);
  expect(await whole.getByRole('row').count()).toBe(4);
  expect(await whole.getByRole('code').textContent()).toBe('help');
  await whole.getByText('Müller v. Bosch').waitFor();
  await whole.getByText('Used cases.search · 3 rows').waitFor();
});

test('a broken trailer is never shown', async () => {
  const { page, ask } = await signedIn(browser, gateway(), 'ben');
  const seen = await watch(page);
  const { answer, answered } = await ask('demo broken trailer');
  await answered();
  expect(await answer.textContent()).toBe('The trailer of this is broken.');
  expect((await seen.page()).filter((text) => TRAILER.test(text))).toEqual([]);
});

test('while an answer streams the page announces it, also to screen readers, and then its end', async () => {
  const { ask, log, status, release, button } = await signedIn(browser, gateway(), 'carl');
  expect(await log.getAttribute('aria-busy')).toBe('false');
  const { whole, says, answered } = await ask('demo hold here');
  await says('This is the first half.');
  expect(await log.getAttribute('aria-busy')).toBe('true');
  await whole.getByText(en.writing).waitFor();
  await whole.getByRole('timer').waitFor();
  await expect.poll(() => status.textContent()).toBe(en.writing);
  await button(en.stop).waitFor();

  await release('here');
  await says('This is the first half. This is the second half.');
  await answered();
  expect(await log.getAttribute('aria-busy')).toBe('false');
  await expect.poll(() => status.textContent()).toBe(en.answered);
  expect(await button(en.stop).count()).toBe(0);
  expect(await whole.getByRole('timer').count()).toBe(0);
});

test('the agent’s steps are shown in words while it works', async () => {
  const { page, ask } = await signedIn(browser, gateway(), 'dora');
  const seen = await watch(page);
  const { answered, says } = await ask('demo tools 2');
  await answered();
  const states = await seen.page();
  for (const step of ['Reading file 1', 'Reading file 2']) {
    expect(states.findIndex((text) => text.includes(step))).toBeGreaterThan(-1);
  }
  expect(states.findIndex((text) => text.includes('Reading file 1 done'))).toBeGreaterThan(-1);
  await says('Used files.read · 2 rows');
});

test('a chip with a question asks it', async () => {
  const { ask, turn, box } = await signedIn(browser, gateway(), 'emil');
  const { button, answered } = await ask('demo chips');
  await answered();
  await button('What is 100 % of nothing?').click();
  await turn('What is 100 % of nothing?').answered();
  expect(await box.inputValue()).toBe('');
  expect(await box.evaluate((element) => element === document.activeElement)).toBe(true);
});

test('an application chip links into the application, and is plain text without one', async () => {
  const { ask } = await signedIn(browser, gateway(), 'fred', { path: '/?page=https://cases.example/board' });
  const { whole, answered } = await ask('demo chips');
  await answered();
  const chip = whole.getByRole('link', { name: `Müller v. Bosch (${en.newTab})` });
  expect(await chip.getAttribute('href')).toBe('https://cases.example/cases/42');
  expect(await chip.getAttribute('target')).toBe('_blank');
  expect(await whole.getByRole('code').textContent()).toBe('[No chip](app:/cases/1)');

  const elsewhere = await signedIn(browser, gateway(), 'greta');
  const { whole: plain, answered: done } = await elsewhere.ask('demo chips');
  await done();
  expect(await plain.getByRole('link').count()).toBe(0);
  await plain.getByText('Müller v. Bosch').waitFor();
});

test('the page where a question is asked is shown, sent along, and can be left out', async () => {
  const { page, ask, button } = await signedIn(browser, gateway(), 'hanna', { path: '/?page=https://cases.example/b' });
  await page.getByText('From page https://cases.example/b').waitFor();
  const first = await ask('demo at once');
  await first.says('Asked from https://cases.example/b');
  await button(en.dropPage).click();
  const second = await ask('demo no trailer');
  await second.answered();
  const { turns } = await (await gateway().as('hanna')).history();
  expect(turns.map(({ pageOrigin }) => pageOrigin)).toEqual([null, 'https://cases.example/b']);
});

test('code is highlighted', async () => {
  const { ask } = await signedIn(browser, gateway(), 'ida');
  const { whole, answered } = await ask('demo code');
  await answered();
  const keyword = whole.getByRole('code').getByText('select', { exact: true });
  const colour = (element: Element) => getComputedStyle(element).color;
  await expect.poll(() => keyword.evaluate(colour)).not.toBe(await whole.getByRole('code').evaluate(colour));
});

test('waiting questions show their position in the queue', async () => {
  const { ask, release, page } = await signedIn(browser, gateway(), 'jan');
  const first = await ask('demo hold line');
  await first.says('This is the first half.');
  const second = await ask('demo echo second');
  const third = await ask('demo echo third');
  await second.says('Waiting: next in line');
  await third.says('Waiting: number 2 in line');
  await release('line');
  for (const { answered } of [first, second, third]) await answered();
  expect(await page.getByText('Waiting').count()).toBe(0);
});
