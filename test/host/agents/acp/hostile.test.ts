/** What a broken or hostile agent that speaks ACP can do to its host: one turn fails, with a reason that says why. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startedFor } from '../../../support/processes.ts';
import { until } from '../../../support/until.ts';
import { type AcpHostOptions, acpHost } from './acp-host.ts';

const MIB = 1024 * 1024;
/** In the command of a program that takes memory. */
const HOG = 'const taken = Buffer.alloc(400 * 1024 * 1024, 1); setInterval(() => taken, 1000)';
const PROGRAM = fileURLToPath(new URL('programs/hostile-agent.ts', import.meta.url));

function hostile(wrong: string[], options: Partial<AcpHostOptions> = {}) {
  const isHung = wrong.includes('initialize=hang');
  const limits = { initializeMs: isHung ? 1000 : 30_000, sessionMs: 3000, cancelMs: 200, maxBytes: 30 * MIB };
  return acpHost({ argv: [process.execPath, PROGRAM, ...wrong], limits, silenceMs: 5000, ...options });
}

test.each([
  ['hangs at initialize', 'initialize=hang', 'agent_not_ready', /has not answered initialize within 1 s$/],
  ['hangs at a new session', 'session/new=hang', 'agent_not_ready', /has not answered session\/new within 3 s$/],
  ['ends at initialize', 'initialize=exit:4', 'agent_stopped', /ended while it started, exit status 4$/],
  ['ends at a new session', 'session/new=exit:4', 'agent_stopped', /ended while it started, exit status 4$/],
  ['closes its output and goes on', 'initialize=close', 'agent_not_ready', /it closed its output$/],
  [
    'answers initialize with garbage',
    'initialize=garbage',
    'agent_not_ready',
    /answer to initialize is not what ACP says$/,
  ],
  ['names no session', 'session/new=garbage', 'agent_not_ready', /answer to session\/new is not what ACP says$/],
  ['refuses a session', 'session/new=error:-32603:No room', 'agent_not_ready', /did not start: No room$/],
  ['asks for a login', 'session/new=error:-32000:Log in', 'agent_not_ready', /is not signed in: sign in on the host/],
])('an agent that %s gets no question', async (_what, wrong, code, detail) => {
  const host = await hostile([wrong]);
  const asked = host.ask('Hello');
  expect(await asked.outcome).toMatchObject({ state: 'failed', code, detail: expect.stringMatching(detail) });
  expect((await host.turn('one', asked.turnId, 0)).state).toBe('absent');
  expect(await host.sessions()).toEqual([{ session: 'one', live: false, running: null }]);
});

test.each([
  ['ends', 'session/prompt=exit:9', 'agent_stopped', /^the agent has ended: exit status 9$/],
  ['closes its output and goes on', 'session/prompt=close', 'agent_stopped', /^the agent has ended: signal SIGKILL$/],
  ['says nothing', 'session/prompt=hang', 'timeout', /./],
  ['answers with garbage', 'session/prompt=garbage', 'agent_error', /answer to session\/prompt is not what ACP says$/],
  ['wants a login', 'session/prompt=error:-32000:Log in', 'agent_error', /it is not signed in; sign in on the host/],
  ['is at its limit', 'session/prompt=error:-32603:429 quota', 'agent_limit', /429 quota$/],
  [
    'floods',
    'session/prompt=flood:50',
    'agent_error',
    /^the agent was ended: it sent more than 30 MiB for one question$/,
  ],
])(
  'an agent that %s at a question fails that turn',
  async (_what, wrong, code, detail) => {
    const host = await hostile([wrong]);
    const asked = host.ask('Hello');
    expect(await asked.outcome).toMatchObject({ state: 'failed', code, detail: expect.stringMatching(detail) });
    expect(host.troubles).toEqual([]);
  },
  60_000,
);

test.each([
  ['20 MB of answer', 'session/prompt=flood:20'],
  ['100 MB of errors', 'session/prompt=flood-errors:100'],
  ['a message of a hundred thousand levels', 'session/prompt=deep'],
  ['wrong messages', 'session/prompt=wrong-messages'],
])(
  '%s: the turn ends, within bounds, and the host answers others meanwhile',
  async (_what, wrong) => {
    const host = await hostile([wrong], { silenceMs: 30_000 });
    const before = process.memoryUsage().rss;
    const asked = host.ask('Hello');
    let over = false;
    void asked.outcome.finally(() => {
      over = true;
    });
    let slowest = 0;
    while (!over) {
      const at = performance.now();
      await host.health('one');
      slowest = Math.max(slowest, performance.now() - at);
    }
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text.length).toBeLessThan(4 * 1024 * 1024);
    expect(slowest).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  },
  60_000,
);

test.each([
  ['an error', 'session/load=error:-32603:It is gone'],
  ['that it does not know it', 'session/load=error:-32002:Resource not found'],
])('session/load refused by %s begins a new conversation, and the person is told', async (_what, wrong) => {
  const host = await hostile([wrong]);
  await host.ask('Hello').outcome;
  await host.hibernate('one');
  const asked = host.ask('Hello');
  expect(await asked.outcome).toMatchObject({ state: 'done' });
  expect(asked.told[0]).toEqual({ type: 'notice', notice: 'new-conversation' });
});

test.each([
  ['hangs', 'session/load=hang', 'agent_not_ready', /has not answered session\/load within 3 s$/],
  ['ends', 'session/load=exit:5', 'agent_stopped', /exit status 5$/],
  ['asks for a login', 'session/load=error:-32000:Log in', 'agent_not_ready', /is not signed in/],
])(
  'an agent that %s at session/load keeps the conversation, and fails the turn',
  async (_what, wrong, code, detail) => {
    const host = await hostile([wrong]);
    await host.ask('Hello').outcome;
    await host.hibernate('one');
    const asked = host.ask('Hello');
    expect(await asked.outcome).toMatchObject({ state: 'failed', code, detail: expect.stringMatching(detail) });
    expect(asked.told.map(({ type }) => type)).not.toContain('notice');
  },
);

test.each([
  ['ends', 'after=exit:3'],
  ['floods', 'after=flood:50'],
  ['closes its output', 'after=close'],
])(
  'an agent that %s between two questions is gone, and the next question starts it again',
  async (_what, wrong) => {
    const host = await hostile([wrong]);
    await host.ask('Hello').outcome;
    await until('the agent to be gone', async () => (await host.sessions()).every(({ live }) => !live));
    expect(await host.ask('Hello').outcome).toMatchObject({ state: 'done' });
  },
  60_000,
);

test.each(['itself', 'child'])('an agent that uses too much memory (%s) is ended, with the figures', async (who) => {
  const host = await acpHost({ memory: 250 * 1024 * 1024 });
  const asked = host.ask(`demo memory ${who}`);
  expect(await asked.outcome).toMatchObject({
    state: 'failed',
    code: 'agent_stopped',
    detail: expect.stringMatching(
      /^the agent has ended: it and its programs used \d{3,} MiB of memory, and 250 MiB are allowed \(PALIADIN_AGENT_MEMORY\)$/,
    ),
  });
  await until('its programs to be gone', () => startedFor(HOG).length === 0);
  const next = host.ask('And now?');
  await next.outcome;
  expect(next.text).toContain('This is question 2 of our conversation.');
});
