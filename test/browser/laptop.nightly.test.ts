/**
 * The agent is on another machine behind a real sshd that fails during an answer: the user sees why, and the answer
 * ends.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { de } from '../../src/web/locales/de.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';
import { signedIn } from './chat.ts';
import { watch } from './watch.ts';

const browser = useBrowser();
let laptop: Laptop;
let gateway: TestGateway;

beforeAll(async () => {
  laptop = await startLaptop();
  gateway = await startTestGateway({ laptop });
});
afterAll(async () => {
  await gateway.dispose();
  await laptop.dispose();
});

/** What a person reads where something failed. */
const FAILURE = new RegExp([en.failed, en.failedPartly, en.unknown, en.notReached, en.refused, 'Stopped'].join('|'));

test('sshd killed during an answer and restarted: the page shows it, and the answer is complete', async () => {
  const { page, ask, release, timesReceived } = await signedIn(browser, gateway, 'anna');
  const seen = await watch(page);
  const { says, answered, whole } = await ask('demo hold x');
  await says('This is the first half.');
  await laptop.stopListening();
  laptop.cut();
  await says(en.hostAway);
  expect(await whole.textContent()).toContain('This is the first half.');
  await laptop.startListening();
  await expect.poll(() => whole.textContent()).not.toContain(en.hostAway);
  await release('x');
  await says('This is the first half. This is the second half.');
  await answered();
  expect((await seen.page()).filter((text) => FAILURE.test(text))).toEqual([]);
  expect(await timesReceived('demo hold x')).toBe(1);
});

test('sshd stopped during an answer: the page says in the user’s language that the host is silent', async () => {
  const { ask, release, timesReceived } = await signedIn(browser, gateway, 'ben', {
    words: de,
    options: { locale: 'de' },
  });
  const { says, answered } = await ask('demo hold x');
  await says('This is the first half.');
  const stopped = laptop.connections();
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  await says(de.hostSilent);
  await release('x');
  await answered();
  await says('This is the first half. This is the second half.');
  expect(await timesReceived('demo hold x')).toBe(1);
  for (const pid of stopped) endIfThere(pid);
});

/** What is stopped may have been ended meanwhile by who waited for it. */
function endIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
