/** What is particular to an agent that speaks ACP, with a scripted one. */
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ScreenView } from '../../../../src/contract/screen.ts';
import { splitTrailer } from '../../../../src/contract/trailer.ts';
import { startedFor } from '../../../support/processes.ts';
import { until } from '../../../support/until.ts';
import { acpHost } from './acp-host.ts';

const bodyOf = ({ text }: { text: string }) => splitTrailer(text).body;

test('the instructions come before the first message of a conversation, and with no other', async () => {
  const host = await acpHost();
  for (const message of ['one', 'two']) await host.ask(message).outcome;
  await host.hibernate('one');
  await host.ask('three').outcome;
  await host.reset('one');
  await host.ask('four').outcome;
  expect(host.given().map(({ message, parts }) => [message, parts])).toEqual([
    ['one', 2],
    ['two', 1],
    ['three', 1],
    ['four', 2],
  ]);
});

test.each(['load', 'resume'])(
  'an agent that offers %s continues its conversation after it was hibernated, without what was said before',
  async (again) => {
    const host = await acpHost({ flags: ['--again', again] });
    await host.ask('Hello').outcome;
    expect(await host.hibernate('one')).toBe(true);
    expect(await host.sessions()).toEqual([{ session: 'one', live: false, running: null }]);
    const asked = host.ask('And now?');
    await asked.outcome;
    expect(bodyOf(asked)).toBe('This is question 2 of our conversation.');
    expect(asked.told.map(({ type }) => type)).not.toContain('notice');
  },
);

test('an agent that offers neither begins a new conversation then, and the person is told', async () => {
  const host = await acpHost({ flags: ['--again', 'none'] });
  await host.ask('Hello').outcome;
  await host.ask('Still there?').outcome;
  await host.hibernate('one');
  const asked = host.ask('And now?');
  await asked.outcome;
  expect(bodyOf(asked)).toBe('Hello.');
  expect(asked.told[0]).toEqual({ type: 'notice', notice: 'new-conversation' });
  expect(host.given().map(({ parts }) => parts)).toEqual([2, 1, 2]);
});

test('beyond the limit of live agents the least recently used one ends, and continues later', async () => {
  const host = await acpHost({ maxPanes: 1 });
  await host.ask('Hello', { session: 'one' }).outcome;
  await host.ask('Hello', { session: 'two' }).outcome;
  expect((await host.sessions()).filter(({ live }) => live)).toEqual([{ session: 'two', live: true, running: null }]);
  const asked = host.ask('And now?', { session: 'one' });
  await asked.outcome;
  expect(bodyOf(asked)).toBe('This is question 2 of our conversation.');
});

test('an agent that nobody has asked for the set time ends, and continues later', async () => {
  const host = await acpHost({ hibernateAfterMs: 1000 });
  await host.ask('Hello').outcome;
  await until('the agent to be hibernated', async () => (await host.sessions()).every(({ live }) => !live), 30_000);
  const asked = host.ask('And now?');
  await asked.outcome;
  expect(bodyOf(asked)).toBe('This is question 2 of our conversation.');
}, 60_000);

test('a tool is a step in words that reveal nothing, and what is said after it is a paragraph of its own', async () => {
  const host = await acpHost();
  const asked = host.ask('demo tool');
  expect(await asked.outcome).toMatchObject({ state: 'done', inputTokens: 42, outputTokens: 3 });
  expect(bodyOf(asked)).toBe('I look it up.\n\nIt is done.');
  expect(asked.told.filter(({ type }) => type === 'tool')).toEqual([
    { type: 'tool', tool: { id: 'call-1', title: 'Running a command', status: 'running' } },
    { type: 'tool', tool: { id: 'call-1', title: 'Running a command', status: 'done' } },
  ]);
});

test.each([
  ['allow', 'You chose once-1.'],
  ['deny', 'You chose no-1.'],
])('a request for permission is a card with the whole input; %s reaches the agent', async (option, answer) => {
  const host = await acpHost();
  const asked = host.ask('demo approve');
  await asked.hears('approval');
  expect(asked.told).toContainEqual({
    type: 'approval',
    approval: {
      id: '1',
      title: 'Run a command',
      kind: 'permission',
      tool: 'Bash',
      fields: [
        { path: ['command'], text: 'rm -rf x', length: 8 },
        { path: ['description'], text: 'Remove x', length: 8 },
      ],
      detail: 'command: rm -rf x\ndescription: Remove x',
      options: [
        { id: 'allow', label: 'Allow once' },
        { id: 'deny', label: 'Deny' },
      ],
    },
  });
  await host.decide('one', asked.turnId, '1', { option });
  expect(await asked.outcome).toMatchObject({ state: 'done' });
  expect(bodyOf(asked)).toBe(answer);
  expect(asked.told).toContainEqual({ type: 'approval-closed', id: '1' });
});

test('the host refuses by itself what nobody may allow, by the kind of the tool', async () => {
  const host = await acpHost({ policy: { approvals: 'gateway', neverAllow: ['Bash'] } });
  const refused = host.ask('demo approve');
  await refused.outcome;
  expect(bodyOf(refused)).toBe('You chose no-1.');
  expect(refused.told.map(({ type }) => type)).not.toContain('approval');
  const other = host.ask('demo approve read');
  await other.hears('approval');
  await host.decide('one', other.turnId, '2', { option: 'allow' });
  await other.outcome;
  expect(bodyOf(other)).toBe('You chose once-1.');
});

test('a host that allows nothing refuses every request, without a card', async () => {
  const host = await acpHost({ policy: { approvals: 'deny', neverAllow: [] } });
  const asked = host.ask('demo approve');
  await asked.outcome;
  expect(bodyOf(asked)).toBe('You chose no-1.');
  expect(asked.told.map(({ type }) => type)).not.toContain('approval');
});

test('a turn that waits for permission can be stopped, and the agent answers the next question', async () => {
  const host = await acpHost();
  const asked = host.ask('demo approve');
  await asked.hears('approval');
  await host.cancel('one', asked.turnId);
  expect(await asked.outcome).toMatchObject({ state: 'cancelled' });
  await expect(host.decide('one', asked.turnId, '1', { option: 'allow' })).rejects.toMatchObject({ code: 'not_found' });
  const next = host.ask('And now?');
  await next.outcome;
  expect(bodyOf(next)).toBe('This is question 2 of our conversation.');
});

test('a crash ends the turn with the exit status, and the conversation continues', async () => {
  const host = await acpHost();
  const crashed = host.ask('demo crash 7');
  expect(await crashed.outcome).toMatchObject({
    state: 'failed',
    code: 'agent_stopped',
    detail: 'the agent has ended: exit status 7',
  });
  expect(crashed.text).toBe('This is half of an answer, and the other half');
  const next = host.ask('And now?');
  await next.outcome;
  expect(bodyOf(next)).toBe('This is question 2 of our conversation.');
  expect(host.given().map(({ message }) => message)).toEqual(['demo crash 7', 'And now?']);
});

test('an agent that does not react to a stop is ended', async () => {
  const host = await acpHost({ limits: { cancelMs: 200 } });
  const asked = host.ask('demo hang');
  await asked.hears('chunk');
  await host.cancel('one', asked.turnId);
  expect(await asked.outcome).toMatchObject({ state: 'cancelled' });
  const next = host.ask('demo at once');
  await next.outcome;
  expect(bodyOf(next)).toBe('At once.');
});

test('an agent that shows no sign of life is given up; one that only thinks is not', async () => {
  const host = await acpHost({ silenceMs: 1500 });
  const [deaf, thinking] = [host.ask('demo deaf'), host.ask('demo think 1000', { session: 'two' })];
  expect(await thinking.outcome).toMatchObject({ state: 'done' });
  expect(await deaf.outcome).toMatchObject({ state: 'failed', code: 'timeout' });
});

test.each([
  ['demo huge', 'the agent was ended: it sent a message of more than 8 MiB'],
  ['demo nonsense', 'the agent was ended: it writes other text than ACP’s messages'],
  ['demo fail', 'the agent reports an error: Internal error: overloaded'],
])('%s: the turn fails with the reason, and the next question is answered', async (message, detail) => {
  const host = await acpHost();
  expect(await host.ask(message).outcome).toMatchObject({ state: 'failed', code: 'agent_error', detail });
  const next = host.ask('demo at once');
  expect(await next.outcome).toMatchObject({ state: 'done' });
  expect(bodyOf(next)).toBe('At once.');
});

test('a greeting before the first message is passed over', async () => {
  const host = await acpHost({ flags: ['--greet', 'Welcome!'] });
  const asked = host.ask('demo at once');
  await asked.outcome;
  expect(bodyOf(asked)).toBe('At once.');
});

test.each([
  [
    'is not signed in',
    ['--auth'],
    'agent_not_ready',
    /^the agent is not signed in: sign in on the host, .*; it offers: Log in \(Run `scripted login`\)$/,
  ],
  ['does not answer', ['--slow', '60000'], 'agent_not_ready', /it has not answered initialize within 0.5 s$/],
  ['writes no ACP', ['--chatter'], 'agent_not_ready', /it writes other text than ACP’s messages/],
  [
    'speaks another version',
    ['--protocol', '7'],
    'agent_not_ready',
    /it speaks version 7 of ACP, and Paliadin version 1/,
  ],
  ['ends at once', ['--exit', '3'], 'agent_stopped', /ended while it started, exit status 3: it can’t start here$/],
])('an agent that %s gets no question, and the reason is told', async (_what, flags, code, detail) => {
  const host = await acpHost({ flags, ...(flags.includes('--slow') && { limits: { initializeMs: 500 } }) });
  const asked = host.ask('demo at once');
  expect(await asked.outcome).toMatchObject({ state: 'failed', code, detail: expect.stringMatching(detail) });
  expect((await host.turn('one', asked.turnId, 0)).state).toBe('absent');
  expect(host.given()).toEqual([]);
  expect(await host.sessions()).toEqual([{ session: 'one', live: false, running: null }]);
});

test('a command that is not there is reported as such', async () => {
  const host = await acpHost({ argv: ['/nowhere/agent', 'acp'] });
  expect(await host.ask('Hello').outcome).toMatchObject({
    code: 'agent_not_ready',
    detail: expect.stringMatching(/^the agent’s command can’t be run: .*\/nowhere\/agent/),
  });
});

test('it has no terminal: attaching says so, and a viewer is shown none', async () => {
  const host = await acpHost();
  await host.ask('demo at once').outcome;
  await expect(host.attach('one')).rejects.toMatchObject({
    code: 'conflict',
    detail: expect.stringContaining('has no terminal'),
  });
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<ScreenView>();
  const watched = host.watchScreen('one', async (screen) => resolve(screen), stop.signal);
  expect(await promise).toMatchObject({ live: false, never: true, lines: [] });
  stop.abort();
  await watched;
});

test('an agent that goes on after its input has ended is killed with its host', async () => {
  const host = await acpHost({ flags: ['--stubborn'] });
  await host.ask('demo at once').outcome;
  const mine = () => startedFor(join(dirname(host.directory), 'scripted'));
  expect(mine().length).toBeGreaterThan(0);
  await host.shutdown();
  await until('the agent to be gone', () => mine().length === 0);
});
