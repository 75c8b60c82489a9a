/** How the card of what the agent asks looks: at each width, in each theme, in German. */
import { expect, test } from 'vitest';
import { de } from '../../src/web/locales/de.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { asked, askedBy, cardIn, fits } from './approval-card.ts';
import { look, PHONE } from './look.ts';

const browser = useBrowser();
const gateway = useGateway({ env: { PALIADIN_APPROVALS: 'users' } });

test.each(['mail', 'bidi', 'script', 'plan', 'edit'])(
  'the card of a tool (%s) fits the page at each width',
  async (tool) => {
    await fits(await asked(browser, gateway(), `${tool}-user`, `demo approve-tool ${tool}`), `approval-${tool}`);
  },
);

test('the card with a reason to deny, and the card of a question', async () => {
  const { person, card, button } = await asked(browser, gateway(), 'carl', 'demo approve delete the lot');
  await button(en.denyWhy).click();
  await card.getByRole('textbox', { name: en.denyReason }).fill('Bosch still needs it.');
  await look(person.page, 'approval-reason');
  await button(en.deny).click();
  await card.waitFor({ state: 'detached' });
  await askedBy(person, 'demo ask');
  await look(person.page, 'question');
});

test('an approval card in German on a phone', async () => {
  const manner = { words: de, options: { locale: 'de', ...PHONE } };
  const { person, turn, card, button } = await asked(
    browser,
    gateway(),
    'lena',
    `demo approve edit ${'w'.repeat(200)}`,
    manner,
  );
  for (const name of [de.allowOnce, de.deny, de.denyWhy]) {
    const size = await button(name).boundingBox();
    expect(Math.min(size?.height ?? 0, size?.width ?? 0)).toBeGreaterThanOrEqual(40);
  }
  await look(person.page, 'german-phone-approval');
  // Nothing is cut off at the side.
  expect(await person.log.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.viewport.width);
  await button(de.deny).tap();
  await turn.says('– Abgelehnt');
  const question = await person.ask('demo ask');
  await cardIn(question, de).waitFor();
  const text = await cardIn(question, de).textContent();
  for (const english of [en.agentAsks, en.answer, en.noAnswer]) expect(text).not.toContain(english);
  await look(person.page, 'german-phone-question');
  await card.waitFor({ state: 'detached' });
});

test('an approval card in the dark theme', async () => {
  const { person } = await asked(browser, gateway(), 'mia', 'demo approve edit notes.md', {
    options: { colorScheme: 'dark' },
  });
  await look(person.page, 'dark-approval');
});
