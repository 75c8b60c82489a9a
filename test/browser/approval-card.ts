/** What the agent asks, as a card in a turn. */
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { en, type Messages } from '../../src/web/locales/en.ts';
import { pictureFile, type TestBrowser } from '../support/browser.ts';
import type { TestGateway } from '../support/gateway.ts';
import { type Manner, type Person, signedIn, type Turn } from './chat.ts';
import { look } from './look.ts';

export interface Asked {
  person: Person;
  turn: Turn;
  card: Locator;
  button(name: string): Locator;
}

/** Signs somebody in and asks a question that the agent answers with one of its own; waits for its card. */
export async function asked(
  browser: TestBrowser,
  gateway: TestGateway,
  subject: string,
  question: string,
  { words = en, ...manner }: Manner = {},
): Promise<Asked> {
  const person = await signedIn(browser, gateway, subject, { words, ...manner });
  return askedBy(person, question, words);
}

/** The same of somebody who is signed in. */
export async function askedBy(person: Person, question: string, words: Messages = en): Promise<Asked> {
  const turn = await person.ask(question);
  const card = cardIn(turn, words);
  await card.waitFor();
  return { person, turn, card, button: (name) => card.getByRole('button', { name, exact: true }) };
}

/** The card in this turn. */
export const cardIn = ({ whole }: Turn, words: Messages = en): Locator =>
  whole
    .getByRole('region', { name: words.agentWaits, exact: true })
    .or(whole.getByRole('region', { name: words.agentAsks, exact: true }));

/** Each value by its name, as the card has it. */
export const fieldsOf = (card: Locator): Promise<[string, string][]> =>
  card
    .locator('.asked-field')
    .evaluateAll((fields) =>
      fields.map((field) => [
        field.querySelector('.asked-field-name')?.textContent ?? '',
        field.querySelector('.asked-field-text')?.textContent ?? '',
      ]),
    );

export const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** All of it is within the page, at both widths, and in the pictures. */
export async function fits({ person, card }: Asked, name: string): Promise<void> {
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
