/** What users see of a real agent in its states: checked by axe, and saved as pictures for review. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished, test } from 'vitest';
import { de as germanReasons } from '../../src/contract/locales/de.ts';
import { en as reasons } from '../../src/contract/locales/en.ts';
import { de } from '../../src/web/locales/de.ts';
import { en, type Messages } from '../../src/web/locales/en.ts';
import { signedIn } from '../browser/chat.ts';
import { look as lookAt, PHONE } from '../browser/look.ts';
import { useBrowser } from '../support/browser.ts';
import { type ClaudeGatewayOptions, claudeGateway } from './claude-gateway.ts';
import { installedVersions } from './claude-owner.ts';
import { CASES } from './model/scenes.ts';

const browser = useBrowser();

const DESKTOP: BrowserContextOptions = { viewport: { width: 1200, height: 800 } };

/** Runs until it is told to end. */
const BOARD = '#!/bin/sh\nwhile [ ! -e shown ]; do sleep 0.1; done\n';

/** The owner, in front of a page, with an agent in whose directory lies a file of cases. */
async function owner(options: BrowserContextOptions, words: Messages = en, more: ClaudeGatewayOptions = {}) {
  const program = installedVersions().at(-1)?.program ?? '';
  const settings = { permissions: { allow: ['Bash(./board)'] } };
  const {
    model,
    gateway,
    work,
    [Symbol.asyncDispose]: dispose,
  } = await claudeGateway(program, {
    settings,
    // They change the file that they read, as one person's own agent does.
    env: { PALIADIN_ACCESS: 'owner', PALIADIN_ISOLATION: 'none' },
    ...more,
  });
  onTestFinished(dispose);
  writeFileSync(join(work, 'cases.md'), CASES);
  writeFileSync(join(work, 'board'), BOARD);
  chmodSync(join(work, 'board'), 0o755);
  const locale = words === de ? 'de' : 'en';
  const chat = await signedIn(browser, gateway, 'owner', { words, options: { locale, ...options } });
  return { ...chat, model, work };
}

async function look(page: Page, name: string): Promise<void> {
  await lookAt(page, `claude-${name}`);
}

test.each([
  ['desktop', DESKTOP],
  ['phone', PHONE],
])('a running tool, and a streaming answer: %s', async (name, options) => {
  const { page, ask, model, work } = await owner(options);
  const turn = await ask('Which cases are due this week?');
  await turn.says(/Running a command/);
  await look(page, `tool-${name}`);
  writeFileSync(join(work, 'shown'), '');
  await turn.says('The parts');
  await look(page, `stream-${name}`);
  model.release('due');
  await turn.answered();
  await look(page, `answer-${name}`);
});

test.each([
  ['desktop', DESKTOP, en, 'Close the case of Bosch. The pump was replaced.'],
  ['phone', PHONE, en, 'Close the case of Bosch. The pump was replaced.'],
  ['german-desktop', DESKTOP, de, 'Schließe den Fall von Bosch. Die Pumpe wurde getauscht.'],
  ['german-phone', PHONE, de, 'Schließe den Fall von Bosch. Die Pumpe wurde getauscht.'],
] as [string, BrowserContextOptions, Messages, string][])('an approval: %s', async (name, options, words, question) => {
  const { page, ask } = await owner(options, words);
  const turn = await ask(question);
  await turn.button(words.allowOnce).waitFor();
  await look(page, `approval-${name}`);
  await turn.button(words.allowOnce).click();
  await turn.answered();
  await look(page, `approved-${name}`);
});

test.each([
  ['desktop', DESKTOP],
  ['phone', PHONE],
])('a question of the agent: %s', async (name, options) => {
  const { page, ask } = await owner(options);
  const turn = await ask('Show me my cases.');
  await turn.button(en.answer).waitFor();
  await look(page, `question-${name}`);
});

test.each([
  ['desktop', DESKTOP, en],
  ['phone', PHONE, en],
  ['german', PHONE, de],
] as [string, BrowserContextOptions, Messages][])(
  'a usage limit, and when it resets: %s',
  async (name, options, words) => {
    const { page, ask } = await owner(options, words, { signedIn: 'subscription' });
    const turn = await ask(
      words === de ? 'Wie viele Fälle haben wir dieses Jahr geschlossen?' : 'How many cases did we close this year?',
    );
    await turn.says((words === de ? germanReasons : reasons).agent_limit);
    await turn.whole.getByText(words.details).click();
    await turn.says(/resets/);
    await look(page, `limit-${name}`);
  },
);
