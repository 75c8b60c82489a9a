/** What the agent asks becomes a card in the chat, and a click decides it. */
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';
import { asked, askedBy, cardIn } from './approval-card.ts';
import { signedIn } from './chat.ts';
import { look } from './look.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway({ env: { PALIADIN_APPROVALS: 'users' } });

const QUESTION = 'Which cases do you want to see?';

const hasFocus = (element: Locator) => element.evaluate((node) => node === document.activeElement);

const decisionsOf = async (subject: string) => (await (await gateway().as(subject)).history()).turns[0]?.decisions;

test('allowing once: the card shows what will be done, disappears, and leaves a line', async () => {
  const { person, turn, card, button } = await asked(browser, gateway(), 'anna', 'demo approve edit notes.md');
  expect(await card.getByText('Allow: edit notes.md?').isVisible()).toBe(true);
  expect(await card.locator('ins').allTextContents()).toEqual(['+due: 2026-12-01\n']);
  expect(await card.locator('del').allTextContents()).toEqual(['-due: never\n']);
  await expect.poll(() => person.status.textContent()).toBe(`${en.agentWaits}: Allow: edit notes.md?`);
  await turn.says(en.waitingForDecision);
  expect(await person.log.getAttribute('aria-busy')).toBe('true');
  // It came while the person may be writing the next question.
  expect(await hasFocus(person.box)).toBe(true);
  await look(person.page, 'approval');
  await button(en.allowOnce).click();
  await turn.says('You allowed it, so I did: edit notes.md');
  await card.waitFor({ state: 'detached' });
  await turn.says('Allow: edit notes.md? – Allowed');
  expect(await hasFocus(person.box)).toBe(true);
  await person.page.reload();
  await turn.says('Allow: edit notes.md? – Allowed');
  expect(await decisionsOf('anna')).toMatchObject([{ option: 'allow', by: 'user' }]);
});

test('denying: the agent does not do it, and the card disappears; with a reason, the agent gets it', async () => {
  const denied = await asked(browser, gateway(), 'ben', 'demo approve delete some');
  await denied.button(en.deny).click();
  await denied.turn.says('You denied it, so I did not: delete some');
  await denied.turn.says('Allow: delete some? – Denied');
  await denied.card.waitFor({ state: 'detached' });

  // Esc closes only the reason.
  const { turn, card, button } = await askedBy(denied.person, 'demo approve delete the lot');
  await button(en.denyWhy).click();
  const reason = card.getByRole('textbox', { name: en.denyReason });
  expect(await hasFocus(reason)).toBe(true);
  expect(await button(en.deny).isDisabled()).toBe(true);
  await reason.press('Escape');
  await button(en.allowOnce).waitFor();
  await button(en.denyWhy).click();
  await reason.fill('Bosch still needs it.');
  await button(en.deny).click();
  await turn.says('You denied it, so I did not: delete the lot');
  expect(await turn.answer.locator('blockquote').textContent()).toContain('Bosch still needs it.');
  await turn.says('Allow: delete the lot? – Denied – Bosch still needs it.');
});

test('a question is answered with an option, in own words, or not at all', async () => {
  const { person, turn, card, button } = await asked(browser, gateway(), 'dora', 'demo ask');
  expect(await button(en.answer).isDisabled()).toBe(true);
  expect(await card.getByText(QUESTION).count()).toBe(1);
  await turn.says(en.waitingForAnswer);
  await card.getByRole('radio', { name: 'The overdue cases' }).check();
  await button(en.answer).click();
  await turn.says('You chose: The overdue cases');
  await turn.says(`${QUESTION} – Answered – The overdue cases`);

  const own = await person.ask('demo ask');
  await cardIn(own).getByRole('radio', { name: 'The open cases' }).check();
  await cardIn(own).getByRole('textbox', { name: en.ownAnswer }).fill('Those of Bosch');
  expect(await cardIn(own).getByRole('radio', { checked: true }).count()).toBe(0);
  await cardIn(own).getByRole('textbox').press('Enter');
  await own.says('You chose: Those of Bosch');

  const none = await person.ask('demo ask');
  await cardIn(none).getByRole('button', { name: en.noAnswer }).click();
  await none.says('You chose none, so I show none.');
});

test('an approval is decided by keyboard alone', async () => {
  const { person, turn, card } = await asked(browser, gateway(), 'emil', 'demo approve delete the lot');
  const { keyboard } = person.page;
  const focused = () => person.page.evaluate(() => document.activeElement?.textContent ?? '');
  await card.getByRole('button', { name: en.denyWhy }).waitFor();
  for (let presses = 0; (await focused()) !== en.denyWhy; presses++) {
    expect(presses).toBeLessThan(20);
    await keyboard.press('Shift+Tab');
  }
  await keyboard.press('Enter');
  await keyboard.type('no');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await turn.says('You denied it, so I did not: delete the lot');
  expect(await hasFocus(person.box)).toBe(true);

  const question = await person.ask('demo ask');
  await cardIn(question).waitFor();
  const isRadio = () => person.page.evaluate(() => document.activeElement?.getAttribute('type') === 'radio');
  for (let presses = 0; !(await isRadio()); presses++) {
    expect(presses).toBeLessThan(20);
    await keyboard.press('Shift+Tab');
  }
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  await question.says(/You chose: The (open|overdue|closed) cases/);
});

test('an open approval is shown again after a reload, and can be decided', async () => {
  const { person, turn, card, button } = await asked(browser, gateway(), 'fred', 'demo approve delete the lot');
  await person.page.reload();
  await card.waitFor();
  expect(await card.getByText('delete the lot', { exact: true }).isVisible()).toBe(true);
  await button(en.allowOnce).click();
  await turn.says('You allowed it, so I did: delete the lot');
});

test('with two tabs the first decision counts, and the other tab’s card disappears', async () => {
  const { person, turn, card, button } = await asked(browser, gateway(), 'gina', 'demo approve delete the lot');
  const tab = await person.newTab();
  const other = tab.turn('demo approve delete the lot');
  await cardIn(other).waitFor();
  await cardIn(other).getByRole('button', { name: en.deny, exact: true }).click();
  await card.waitFor({ state: 'detached' });
  for (const each of [turn, other]) await each.says('You denied it, so I did not: delete the lot');

  // Both at the same moment: one counts, and nobody reads of a failure.
  person.visitor.expectTrouble(/409 \(Conflict\)|404 \(Not Found\)/);
  const next = await person.ask('demo approve delete another');
  const cards = [cardIn(next), cardIn(tab.turn('demo approve delete another'))];
  await Promise.all(cards.map((each) => each.waitFor()));
  await Promise.all(
    cards.map((each) =>
      each.getByRole('button', { name: en.allowOnce }).evaluate((node) => (node as HTMLElement).click()),
    ),
  );
  await next.says('You allowed it, so I did: delete another');
  expect(await decisionsOf('gina')).toHaveLength(1);
  expect(await button(en.deny).count()).toBe(0);
});

test('an approval answered at the terminal disappears, without losing the focus', async () => {
  const { person, turn, card, button } = await asked(browser, gateway(), 'hans', 'demo approve delete the lot');
  await button(en.denyWhy).focus();
  await person.pressAtTerminal('1');
  await turn.says('You allowed it, so I did: delete the lot');
  await card.waitFor({ state: 'detached' });
  await turn.says('Allow: delete the lot? – Decided elsewhere');
  expect(await hasFocus(person.box)).toBe(true);
});

test('stopping a turn with an open approval decides nothing, and frees the agent', async () => {
  const { person, turn, card } = await asked(browser, gateway(), 'ida', 'demo approve delete the lot');
  await person.button(en.stop).click();
  await turn.says(en.stopped);
  await card.waitFor({ state: 'detached' });
  expect(await decisionsOf('ida')).toEqual([]);
  await (await person.ask('demo at once')).answered();
});

test('after the gateway is killed the card stays, and can be decided when it is back', async () => {
  const { person, turn, card, button } = await asked(browser, gateway(), 'jan', 'demo approve delete the lot');
  person.visitor.expectTrouble(/ERR_|503/);
  await gateway().end('SIGKILL');
  await expect.poll(() => person.status.textContent()).toBe(en.reconnecting);
  await button(en.allowOnce).click();
  // Not taken, said so, and there to be tried again.
  await expect.poll(() => button(en.allowOnce).isEnabled()).toBe(true);
  await person.page.getByText(en.notDone).waitFor();
  await gateway().start();
  await expect.poll(() => person.status.textContent()).not.toBe(en.reconnecting);
  await button(en.allowOnce).click();
  await turn.says('You allowed it, so I did: delete the lot');
  await card.waitFor({ state: 'detached' });
  expect(await person.timesReceived('demo approve delete the lot')).toBe(1);
});

test('an approval that nobody decides is denied after the timeout, and the answer goes on', async () => {
  const strict = await gatewayForTest({ env: { PALIADIN_APPROVAL_TIMEOUT: '1s' } });
  const owner = await signedIn(browser, strict, 'owner');
  const turn = await owner.ask('demo approve delete the lot');
  await turn.says('You denied it, so I did not: delete the lot');
  await turn.says('Allow: delete the lot? – Denied, because nobody decided in time');
  // Whose questions may lead to nothing is not asked at all.
  const member = await signedIn(browser, strict, 'anna');
  const refused = await member.ask('demo approve delete the lot');
  await refused.says('You denied it, so I did not: delete the lot');
  await refused.says('Allow: delete the lot? – Not allowed for you');
});

test('the agent’s text on a card is plain text, and hides nothing', async () => {
  const hostile = 'edit <img src=x onerror=alert(1)> \u202eabc\u202c **b** [x](javascript:alert(1))';
  const { card } = await asked(browser, gateway(), 'kim', `demo approve ${hostile}`);
  expect(await card.locator('img, a, b, strong').count()).toBe(0);
  expect(await card.locator('.approval-detail').textContent()).toBe(
    hostile.replace('\u202e', '⟨U+202E⟩').replace('\u202c', '⟨U+202C⟩'),
  );
});
