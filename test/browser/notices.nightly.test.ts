/** Events in the agent's conversation that did not come from the chat are shown in the chat. */
import { rm } from 'node:fs/promises';
import { test } from 'vitest';
import { de } from '../../src/web/locales/de.ts';
import { en } from '../../src/web/locales/en.ts';
import { somebody } from '../faults/somebody.ts';
import { pictureFile, useBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser();

test('a question that waits for the terminal says so, and a lost conversation visibly starts anew', async () => {
  const gateway = await gatewayForTest();
  const anna = await gateway.as('anna');
  await anna.answer('demo at once');
  const { session } = await anna.me();
  const { tmux } = await somebody(gateway, 'anna');
  const screenShows = (text: string) => until(text, async () => (await tmux('capture-pane', '-p')).includes(text));
  await tmux('send-keys', '-l', 'demo hold x');
  await screenShows('demo hold x');
  await tmux('send-keys', 'Enter');
  await screenShows('first half');

  const person = await signedIn(browser, gateway, 'anna');
  const waiting = await person.ask('And which are due?');
  await waiting.says(en.busyElsewhere);
  await waiting.says(en.notices.terminal);
  await person.page.screenshot({ path: await pictureFile('busy-elsewhere'), animations: 'disabled' });
  await person.release('x');
  await waiting.says('This is question 3 of our conversation');

  await tmux('kill-server').catch(() => ''); // it answers by going away
  await rm(gateway.agentDirectory(session.name), { recursive: true });
  const fresh = await person.ask('Which cases are open?');
  await fresh.says(en.notices['new-conversation']);
  await fresh.answered();
  await person.page.screenshot({ path: await pictureFile('new-conversation'), animations: 'disabled' });

  const german = await signedIn(browser, gateway, 'anna', { words: de, options: { locale: 'de-DE' } });
  await german.log.getByText(de.notices['new-conversation']).waitFor();
  await german.log.getByText(de.notices.terminal).waitFor();
});
