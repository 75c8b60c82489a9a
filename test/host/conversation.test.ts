/** A conversation that the agent has lost: a new one begins, and the user is told. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { splitTrailer } from '../../src/contract/trailer.ts';
import type { Driver } from '../../src/host/agents/driver.ts';
import { until } from '../support/until.ts';
import { type TestHost, testHost } from './test-host.ts';

const conversationOf = ({ directory }: TestHost): string =>
  JSON.parse(readFileSync(join(directory, 'sessions', 'one', 'session.json'), 'utf8')).conversation;

function forgetConversation(host: TestHost): void {
  const agent = join(host.directory, 'sessions', 'one', 'agent');
  expect(readdirSync(agent)).toContain(`${conversationOf(host)}.json`);
  rmSync(join(agent, `${conversationOf(host)}.json`));
}

async function endAgent(host: TestHost): Promise<void> {
  host.tmux('one', 'kill-server');
  await until('the end of the terminal', async () => (await host.sessions()).every(({ live }) => !live));
}

async function answerTo(host: TestHost, message: string) {
  const asked = host.ask(message);
  expect(await asked.outcome).toMatchObject({ state: 'done', code: null, detail: null });
  return { notices: asked.told.filter(({ type }) => type === 'notice'), text: splitTrailer(asked.text).body };
}

test('a lost conversation of an ended agent is replaced once, with a notice', async () => {
  const host = await testHost({ driver: 'demo' });
  expect((await answerTo(host, 'Which cases are open?')).notices).toEqual([]);
  const first = conversationOf(host);
  await endAgent(host);
  forgetConversation(host);
  const next = await answerTo(host, 'And which are due?');
  expect(next.notices).toEqual([{ type: 'notice', notice: 'new-conversation' }]);
  expect(next.text).not.toMatch(/question 2 of our conversation/);
  expect(conversationOf(host)).not.toBe(first);
  const third = await answerTo(host, 'And which are due?');
  expect(third.notices).toEqual([]);
  expect(third.text).toMatch(/question 2 of our conversation/);
});

/** A host whose agent does not resume the conversation that it has had: it ends, having run the script that `says` gives. */
async function refusingHost(says: () => string): Promise<TestHost> {
  let first = '';
  const refusing = (driver: Driver): Driver => ({
    ...driver,
    launch: (place) =>
      place.conversation === first
        ? { argv: ['sh', '-c', `${says()}; exit 1`], cwd: '/', env: {} }
        : driver.launch(place),
    lost: (lines) => lines.includes('No such conversation'),
  });
  const host = await testHost({ driver: 'demo', wrap: refusing });
  await answerTo(host, 'Which cases are open?');
  first = conversationOf(host);
  await endAgent(host);
  return host;
}

test('a conversation that the agent refuses to resume, with a message as it exits, is replaced', async () => {
  const host = await refusingHost(() => 'echo No such conversation');
  const next = await answerTo(host, 'And which are due?');
  expect(next.notices).toEqual([{ type: 'notice', notice: 'new-conversation' }]);
  expect(next.text).not.toMatch(/question 2 of our conversation/);
  expect((await answerTo(host, 'And which are due?')).text).toMatch(/question 2 of our conversation/);
});

test('a conversation that the agent refuses to resume without a message is tried once more', async () => {
  let starts = 0;
  const host = await refusingHost(() => (starts++ === 0 ? 'true' : 'echo No such conversation; sleep 0.1'));
  const next = await answerTo(host, 'And which are due?');
  expect(next.notices).toEqual([{ type: 'notice', notice: 'new-conversation' }]);
  expect(starts).toBe(2);
});

test('a lost conversation of a running agent continues from its memory', async () => {
  const host = await testHost({ driver: 'demo' });
  await answerTo(host, 'Which cases are open?');
  forgetConversation(host);
  const next = await answerTo(host, 'And which are due?');
  expect(next.notices).toEqual([]);
  expect(next.text).toMatch(/question 2 of our conversation/);
});

test('a conversation that still exists continues after its agent was ended', async () => {
  const host = await testHost({ driver: 'demo' });
  await answerTo(host, 'Which cases are open?');
  await endAgent(host);
  const next = await answerTo(host, 'And which are due?');
  expect(next.notices).toEqual([]);
  expect(next.text).toMatch(/question 2 of our conversation/);
});
