/** What the agent asks becomes a card in the chat, and a click decides it. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { de } from '../../src/web/locales/de.ts';
import { en, type Messages } from '../../src/web/locales/en.ts';
import { pictureFile, useBrowser } from '../support/browser.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';
import { dashboard } from './admin.ts';
import { type Manner, type Person, signedIn, type Turn } from './chat.ts';

const browser = useBrowser();
const gateway = useGateway({ env: { PALIADIN_APPROVALS: 'users' } });

const QUESTION = 'Which cases do you want to see?';

/** The card in this turn. */
const cardIn = ({ whole }: Turn, words: Messages = en): Locator =>
  whole
    .getByRole('region', { name: words.agentWaits, exact: true })
    .or(whole.getByRole('region', { name: words.agentAsks, exact: true }));

interface Asked {
  person: Person;
  turn: Turn;
  card: Locator;
  button(name: string): Locator;
}

async function asked(subject: string, question: string, { words = en, ...manner }: Manner = {}): Promise<Asked> {
  const person = await signedIn(browser, gateway(), subject, { words, ...manner });
  const turn = await person.ask(question);
  const card = cardIn(turn, words);
  await card.waitFor();
  return { person, turn, card, button: (name) => card.getByRole('button', { name, exact: true }) };
}

async function look(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: await pictureFile(name), animations: 'disabled' });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

const hasFocus = (element: Locator) => element.evaluate((node) => node === document.activeElement);

const decisionsOf = async (subject: string) => (await (await gateway().as(subject)).history()).turns[0]?.decisions;

test('allowing once: the card shows what will be done, disappears, and leaves a line', async () => {
  const { person, turn, card, button } = await asked('anna', 'demo approve edit notes.md');
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

test('denying: the agent does not do it, and the card disappears', async () => {
  const { turn, card, button } = await asked('ben', 'demo approve delete the lot');
  await button(en.deny).click();
  await turn.says('You denied it, so I did not: delete the lot');
  await turn.says('Allow: delete the lot? – Denied');
  await card.waitFor({ state: 'detached' });
});

test('denying with a reason: the agent gets it; Esc closes only the reason', async () => {
  const { person, turn, card, button } = await asked('carl', 'demo approve delete the lot');
  await button(en.denyWhy).click();
  const reason = card.getByRole('textbox', { name: en.denyReason });
  expect(await hasFocus(reason)).toBe(true);
  expect(await button(en.deny).isDisabled()).toBe(true);
  await reason.press('Escape');
  await button(en.allowOnce).waitFor();
  await button(en.denyWhy).click();
  await reason.fill('Bosch still needs it.');
  await look(person.page, 'approval-reason');
  await button(en.deny).click();
  await turn.says('You denied it, so I did not: delete the lot');
  expect(await turn.answer.locator('blockquote').textContent()).toContain('Bosch still needs it.');
  await turn.says('Allow: delete the lot? – Denied – Bosch still needs it.');
});

test('a question is answered with an option, in own words, or not at all', async () => {
  const { person, turn, card, button } = await asked('dora', 'demo ask');
  expect(await button(en.answer).isDisabled()).toBe(true);
  expect(await card.getByText(QUESTION).count()).toBe(1);
  await turn.says(en.waitingForAnswer);
  await look(person.page, 'question');
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
  const { person, turn, card } = await asked('emil', 'demo approve delete the lot');
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
  const { person, turn, card, button } = await asked('fred', 'demo approve delete the lot');
  await person.page.reload();
  await card.waitFor();
  expect(await card.getByText('delete the lot', { exact: true }).isVisible()).toBe(true);
  await button(en.allowOnce).click();
  await turn.says('You allowed it, so I did: delete the lot');
});

test('with two tabs the first decision counts, and the other tab’s card disappears', async () => {
  const { person, turn, card, button } = await asked('gina', 'demo approve delete the lot');
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
  const { person, turn, card, button } = await asked('hans', 'demo approve delete the lot');
  await button(en.denyWhy).focus();
  await person.pressAtTerminal('1');
  await turn.says('You allowed it, so I did: delete the lot');
  await card.waitFor({ state: 'detached' });
  await turn.says('Allow: delete the lot? – Decided elsewhere');
  expect(await hasFocus(person.box)).toBe(true);
});

test('stopping a turn with an open approval decides nothing, and frees the agent', async () => {
  const { person, turn, card } = await asked('ida', 'demo approve delete the lot');
  await person.button(en.stop).click();
  await turn.says(en.stopped);
  await card.waitFor({ state: 'detached' });
  expect(await decisionsOf('ida')).toEqual([]);
  await (await person.ask('demo at once')).answered();
});

test('after the gateway is killed the card stays, and can be decided when it is back', async () => {
  const { person, turn, card, button } = await asked('jan', 'demo approve delete the lot');
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
  const { card } = await asked('kim', `demo approve ${hostile}`);
  expect(await card.locator('img, a, b, strong').count()).toBe(0);
  expect(await card.locator('.approval-detail').textContent()).toBe(
    hostile.replace('\u202e', '⟨U+202E⟩').replace('\u202c', '⟨U+202C⟩'),
  );
});

/** Each value by its name, as the card has it. */
const fieldsOf = (card: Locator): Promise<[string, string][]> =>
  card
    .locator('.asked-field')
    .evaluateAll((fields) =>
      fields.map((field) => [
        field.querySelector('.asked-field-name')?.textContent ?? '',
        field.querySelector('.asked-field-text')?.textContent ?? '',
      ]),
    );

const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** All of it is within the page, at both widths, and in the pictures. */
async function fits({ person, card }: Asked, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await person.page.setViewportSize(viewport);
    await card.scrollIntoViewIfNeeded();
    await person.page.screenshot({ path: await pictureFile(`${name}-${size}`), animations: 'disabled' });
    const over = await card.evaluate(
      (element) =>
        [element, ...element.querySelectorAll('*')].filter(
          (each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline',
        ).length,
    );
    expect(over).toBe(0);
    expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
  }
  await look(person.page, `${name}-phone`);
}

test('the card of a tool that sends mail shows recipients, text and all other input', async () => {
  const all = await asked('nora', 'demo approve-tool mail');
  const fields = await fieldsOf(all.card);
  expect(fields.map(([name]) => name)).toEqual([
    'to › #1',
    'to › #2',
    'bcc › #1',
    'subject',
    'from › name',
    'from › address',
    'body',
    'attachments › #1 › name',
    'attachments › #1 › path',
    'attachments › #1 › inline',
    'options › priority',
    'options › receipt',
    'options › sendAt',
    'options › tags',
  ]);
  expect(fields).toContainEqual(['bcc › #1', 'archive@elsewhere.example']);
  expect(fields.find(([name]) => name === 'body')?.[1]).toMatch(
    /^Dear Ms Brandt,\n[\s\S]*DE12 5001[\s\S]*Yours, Anna$/,
  );
  expect(await all.card.textContent()).toContain('mcp__mail__send_message');
  await fits(all, 'approval-mail');
  await all.button(en.allowOnce).click();
  await all.turn.says('You allowed it, so I did: mcp__mail__send_message');
});

test('the card of a disguised command shows the order that would run, and each flag beside it', async () => {
  const all = await asked('olga', 'demo approve-tool bidi');
  const fields = new Map(await fieldsOf(all.card));
  expect(fields.get('command')).toBe(
    'ls -l notes.txt ⟨U+202E⟩;/stluafed/ptmc/ fr- mr⟨U+202C⟩ # done⟨U+0020×200⟩⟨U+200B⟩&& rm -rf ~/cases',
  );
  expect([...fields.keys()].slice(1)).toEqual([
    'description',
    'timeout',
    'run_in_background',
    'dangerouslyDisableSandbox',
  ]);
  expect(await all.card.locator('.asked-field-warning').textContent()).toContain(en.card.warning);
  const [mark] = await all.card.locator('.asked-mark').all();
  const colours = (element: Locator) => element.evaluate((node) => getComputedStyle(node).backgroundColor);
  expect(await colours(mark as Locator)).not.toBe(await colours(all.card.locator('.asked-field-text').first()));
  // The marks stand where they were written, from left to right.
  const lefts = await all.card.locator('.asked-mark').evaluateAll((marks) => {
    const [first, second] = marks.map((each) => each.getBoundingClientRect());
    return first !== undefined && second !== undefined && (first.top < second.top - 5 || first.left < second.left);
  });
  expect(lefts).toBe(true);
  await fits(all, 'approval-bidi');
});

test('the card of a script too long to show says how much is missing, and only offers to deny', async () => {
  const all = await asked('paul', 'demo approve-tool script');
  const text = all.card.locator('.asked-field-added .asked-field-text');
  expect((await text.textContent())?.length).toBeGreaterThan(60_000);
  expect(await all.card.locator('.asked-field-added .asked-field-about').textContent()).toBe(
    'put in · 206,890 characters',
  );
  await all.card.getByText(/more characters, which are not shown/).waitFor();
  await all.card.getByText(/^This is too long to be shown whole: 1\d\d,\d{3} characters missing\./).waitFor();
  expect(await all.card.getByRole('button').allTextContents()).toEqual([en.deny, en.denyWhy]);
  const height = (element: Locator) => element.evaluate((node) => node.getBoundingClientRect().height);
  expect(await height(all.card)).toBeLessThan(900);
  await fits(all, 'approval-script');
  // Nor is it taken from anybody who asks the gateway themselves.
  const owner = await gateway().as('paul');
  const [{ turnId } = { turnId: '' }] = (await owner.history()).turns;
  const answer = await owner.call('POST', `/api/turns/${turnId}/approvals/approval-1`, { body: { option: 'allow' } });
  expect(answer.status).toBe(400);
  await all.button(en.deny).click();
  await all.turn.says('You denied it, so I did not: Write');
});

test('the card of a plan shows it as text', async () => {
  const plan = await asked('rosa', 'demo approve-tool plan');
  expect(await fieldsOf(plan.card)).toEqual([
    ['plan', expect.stringMatching(/^# Clean up the cases\n\n1\. List the closed ones\./)],
    ['allowedPrompts › #1 › tool', 'Bash'],
    ['allowedPrompts › #1 › prompt', 'move files'],
  ]);
  await fits(plan, 'approval-plan');
});

test('the card of a file edit shows each removed and added text', async () => {
  const all = await asked('rudi', 'demo approve-tool edit');
  const { card } = all;
  expect(await card.locator('.asked-field-removed .asked-field-text').allTextContents()).toEqual([
    'due: never\n',
    'open',
  ]);
  expect(await card.locator('.asked-field-added .asked-field-text').allTextContents()).toEqual([
    'due: 2026-12-01\n',
    'closed',
  ]);
  expect(await fieldsOf(card)).toContainEqual(['edits › #2 › replace_all', 'true']);
  await fits(all, 'approval-edit');
});

test('the dashboard shows the open approval, and later its decision', async () => {
  const all = await asked('sven', 'demo approve-tool bidi');
  const owner = await dashboard(browser, gateway());
  const [{ turnId } = { turnId: '' }] = (await (await gateway().as('sven')).history()).turns;
  await owner.open(`/turns/${turnId}`);
  const decisions = owner.page.locator('.decisions');
  const before = await fieldsOf(decisions);
  expect(before).toEqual(await fieldsOf(all.card));
  await all.button(en.allowOnce).click();
  await all.turn.says('You allowed it');
  await owner.open(`/turns/${turnId}`);
  await decisions.getByText('What was decided on').click();
  expect(await fieldsOf(decisions)).toEqual(before);
  // Each value is seen within its own frame.
  const hidden = await decisions.locator('.asked-field').evaluateAll(
    (fields) =>
      fields.filter((field) => {
        const text = field.querySelector('.asked-field-text')?.getBoundingClientRect();
        return text === undefined || text.bottom > field.getBoundingClientRect().bottom + 1 || text.height < 16;
      }).length,
  );
  expect(hidden).toBe(0);
  for (const [size, viewport] of Object.entries(SIZES)) {
    await owner.page.setViewportSize(viewport);
    await owner.page.screenshot({ path: await pictureFile(`admin-decided-${size}`), animations: 'disabled' });
    expect(await owner.page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
  }
  await look(owner.page, 'admin-decided-phone');
  // The person's own page has who decided, and not all of it again.
  const [view] = (await (await gateway().as('sven')).history()).turns;
  expect(view?.decisions).toEqual([
    {
      approval: { id: 'approval-1', title: 'Use Bash?', kind: 'permission', tool: 'Bash' },
      option: 'allow',
      by: 'user',
    },
  ]);
});

test('an approval card in German on a phone', async () => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
  const manner = { words: de, options: { locale: 'de', ...phone } };
  const { person, turn, card, button } = await asked('lena', `demo approve edit ${'w'.repeat(200)}`, manner);
  for (const name of [de.allowOnce, de.deny, de.denyWhy]) {
    const size = await button(name).boundingBox();
    expect(Math.min(size?.height ?? 0, size?.width ?? 0)).toBeGreaterThanOrEqual(40);
  }
  await look(person.page, 'german-phone-approval');
  // Nothing is cut off at the side.
  expect(await person.log.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  expect(await person.page.evaluate(() => document.documentElement.scrollWidth)).toBe(phone.viewport.width);
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
  const { person } = await asked('mia', 'demo approve edit notes.md', { options: { colorScheme: 'dark' } });
  await look(person.page, 'dark-approval');
});
