/** The chat page as a user finds things on it: by role and by name. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { en, type Messages } from '../../src/web/locales/en.ts';
import { somebody } from '../faults/somebody.ts';
import type { TestBrowser, Visitor } from '../support/browser.ts';
import type { TestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

export interface Chat {
  readonly page: Page;
  /** Where a question is written. */
  readonly box: Locator;
  /** The conversation. */
  readonly log: Locator;
  readonly status: Locator;
  readonly dialog: Locator;
  button(name: string): Locator;
  /** The turn with exactly this question; the newest, where it was asked more than once. */
  turn(question: string): Turn;
  /** Types the question and presses Enter. */
  ask(question: string): Promise<Turn>;
}

export interface Turn {
  readonly whole: Locator;
  /** The answer as Markdown was made of it. */
  readonly answer: Locator;
  button(name: string): Locator;
  /** Waits until these words are in it. */
  says(words: string | RegExp): Promise<void>;
  /** Waits until it has ended with an answer. */
  answered(): Promise<void>;
}

export interface Person extends Chat {
  readonly visitor: Visitor;
  /** How often the agent has received this question. */
  timesReceived(question: string): Promise<number>;
  /** Lets an answer go on that `demo hold NAME` holds. */
  release(name: string): Promise<void>;
  /** Presses a key in the dialog on the agent's own terminal. */
  pressAtTerminal(key: string): Promise<void>;
  /** The same person's next tab. */
  newTab(): Promise<Chat>;
}

export interface Manner {
  /** The page's own words: those of `options.locale`. */
  words?: Messages;
  /** What follows the gateway's address. */
  path?: string;
  /** Whether the test can move the page's clock. */
  clock?: boolean;
  options?: BrowserContextOptions;
}

/** Signs somebody in by a link of theirs, in a browser of their own, and waits for the conversation. */
export async function signedIn(
  browser: TestBrowser,
  gateway: TestGateway,
  subject: string,
  { words = en, path = '/', clock = false, options = {} }: Manner = {},
): Promise<Person> {
  const visitor = await browser.visitor(gateway.url, options, { fresh: clock });
  if (clock) await visitor.page.clock.install();
  const { hash } = new URL(await gateway.signInLink(subject));
  await visitor.page.goto(path + hash);
  const chat = chatOn(visitor.page, words);
  await isLoaded(chat, words);
  const { session } = await (await gateway.as(subject)).me();
  return {
    ...chat,
    visitor,
    async timesReceived(question) {
      return (await gateway.prompts(session.name)).filter(({ message }) => message === question).length;
    },
    release: (name) => writeFile(join(gateway.agentDirectory(session.name), `release-${name}`), ''),
    async pressAtTerminal(key) {
      const { tmux } = await somebody(gateway, subject);
      await until('the dialog', async () => (await tmux('capture-pane', '-p')).includes('1. '));
      await tmux('send-keys', key);
    },
    async newTab() {
      const tab = chatOn(await visitor.context.newPage(), words);
      await tab.page.goto('/');
      await isLoaded(tab, words);
      return tab;
    },
  };
}

/** The gateway as those see it who come through a proxy. */
export function behind(gateway: TestGateway, { url }: { url: string }): TestGateway {
  return Object.create(gateway, { url: { value: url } });
}

/** Waits until the page knows the conversation so far. */
export async function isLoaded({ log, page }: Chat, words: Messages): Promise<void> {
  await log.waitFor();
  await page.getByText(words.loading).waitFor({ state: 'detached' });
}

/** The address in the browser, without the conversation that it names: a secret in it would show. */
export function addressOf(page: Page): string {
  const url = new URL(page.url());
  url.searchParams.delete('conversation');
  return url.href;
}

export function chatOn(page: Page, words: Messages = en): Chat {
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const box = page.getByRole('textbox', { name: words.question });
  const turn = (question: string) => {
    const heading = page.getByRole('heading', { level: 2, name: question, exact: true });
    return turnIn(page.getByRole('article').filter({ has: heading }).last(), words);
  };
  return {
    page,
    box,
    log: page.getByRole('log', { name: words.conversation }),
    status: page.getByRole('main').getByRole('status'),
    dialog: page.getByRole('dialog'),
    button,
    turn,
    async ask(question) {
      await box.fill(question);
      // Not while the question before is still on its way: Enter then does nothing, and the button says so.
      await page.getByRole('button', { name: words.send, disabled: false }).waitFor();
      await box.press('Enter');
      const asked = turn(question);
      await asked.whole.waitFor();
      return asked;
    },
  };
}

function turnIn(whole: Locator, words: Messages): Turn {
  const button = (name: string) => whole.getByRole('button', { name, exact: true });
  const answer = whole.locator('.markdown');
  return {
    whole,
    answer,
    button,
    says: (text) => whole.filter({ hasText: text }).waitFor(),
    async answered() {
      await button(words.copyAnswer).waitFor();
      // What draws Markdown may still be on its way; until then there is plain text.
      await answer.waitFor();
    },
  };
}

/** As whom the page says that one is signed in. */
export async function nameOn({ button, page }: Chat): Promise<string> {
  const settings = page.getByRole('region', { name: en.settings });
  await button(en.settings).click();
  const text = (await settings.getByText(/^Signed in as /).textContent()) ?? '';
  await page.keyboard.press('Escape');
  return text.replace('Signed in as ', '');
}
