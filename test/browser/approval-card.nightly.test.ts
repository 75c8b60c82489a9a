/** The card of what the agent asks shows all of it. How each looks at each width is for the night. */
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { pictureFile, useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { dashboard } from './admin.ts';
import { asked, askedBy, fieldsOf, fits, SIZES } from './approval-card.ts';
import { look } from './look.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway({ env: { PALIADIN_APPROVALS: 'users' } });

test('the card of a tool shows all of its input: a mail, a plan, an edit', async () => {
  const mail = await asked(browser, gateway(), 'nora', 'demo approve-tool mail');
  const fields = await fieldsOf(mail.card);
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
  expect(await mail.card.textContent()).toContain('mcp__mail__send_message');
  await mail.button(en.allowOnce).click();
  await mail.turn.says('You allowed it, so I did: mcp__mail__send_message');

  const plan = await askedBy(mail.person, 'demo approve-tool plan');
  expect(await fieldsOf(plan.card)).toEqual([
    ['plan', expect.stringMatching(/^# Clean up the cases\n\n1\. List the closed ones\./)],
    ['allowedPrompts › #1 › tool', 'Bash'],
    ['allowedPrompts › #1 › prompt', 'move files'],
  ]);
  await plan.button(en.deny).click();
  await plan.card.waitFor({ state: 'detached' });

  const { card } = await askedBy(mail.person, 'demo approve-tool edit');
  expect(await card.locator('.asked-field-removed .asked-field-text').allTextContents()).toEqual([
    'due: never\n',
    'open',
  ]);
  expect(await card.locator('.asked-field-added .asked-field-text').allTextContents()).toEqual([
    'due: 2026-12-01\n',
    'closed',
  ]);
  expect(await fieldsOf(card)).toContainEqual(['edits › #2 › replace_all', 'true']);
});

test('the card of a disguised command shows the order that would run, and each flag beside it', async () => {
  const all = await asked(browser, gateway(), 'olga', 'demo approve-tool bidi');
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
  const all = await asked(browser, gateway(), 'paul', 'demo approve-tool script');
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
  // Nor is it taken from anybody who asks the gateway themselves.
  const owner = await gateway().as('paul');
  const [{ turnId } = { turnId: '' }] = (await owner.history()).turns;
  const answer = await owner.call('POST', `/api/turns/${turnId}/approvals/approval-1`, { body: { option: 'allow' } });
  expect(answer.status).toBe(400);
  await all.button(en.deny).click();
  await all.turn.says('You denied it, so I did not: Write');
});

test('the dashboard shows the open approval, and later its decision', async () => {
  const all = await asked(browser, gateway(), 'sven', 'demo approve-tool bidi');
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
