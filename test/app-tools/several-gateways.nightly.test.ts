/** Two gateways share a database and a host: whichever shows the card, runs the turn, or is frozen, a call is made once. */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Somebody, somebody } from '../faults/somebody.ts';
import { apiClient } from '../support/api-client.ts';
import { closed, listening } from '../support/case-app.ts';
import { startLaptop } from '../support/laptop.ts';
import { sharedServer } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { agentTools } from './as-agent.ts';
import { anyEra, callsOf, decideOn } from './use-apps.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let calls = 0;
const handle = anyEra((server) => {
  server.registerTool('change', {}, async () => {
    calls += 1;
    return { content: [{ type: 'text', text: 'it is done' }] };
  });
});
const application = createServer(handle);
const url = await listening(application);
const laptop = await startLaptop();
const databaseUrl = await (await sharedServer()).newDatabase();
const env = { PALIADIN_APP_TOOLS_URL: url };
const [first, second] = [1, 2].map(() => useGateway({ laptop, databaseUrl, env })) as [
  ReturnType<typeof useGateway>,
  ReturnType<typeof useGateway>,
];
beforeAll(() => {
  calls = 0;
});
afterAll(async () => {
  await laptop.dispose();
  await closed(application);
});

/** The agent's call waits on a card, in a turn that the first gateway runs. */
async function waiting(subject: string) {
  calls = 0;
  const one = await somebody(first(), subject);
  const two: Somebody = { ...one, ...apiClient(() => second().url, one.token) };
  const { turnId } = await one.ask('demo hold here');
  await one.until(turnId, 'chunk');
  const result = agentTools(join(laptop.stateDir, 'host'), one.session).call('change');
  const event = await two.until(turnId, 'approval');
  const id = event.type === 'approval' ? event.approval.id : '';
  const ended = async () => {
    await one.release('here');
    expect(await two.finished(turnId)).toMatchObject({ status: 'completed', decisions: [{ option: 'allow' }] });
    expect(await callsOf(second(), turnId)).toMatchObject([{ tool: 'change', outcome: 'done' }]);
    expect(calls).toBe(1);
  };
  return { one, two, turnId, id, result, ended };
}

test('a card is decided at the gateway that does not run the turn, and the call is made once', async () => {
  const { one, two, turnId, id, result, ended } = await waiting('jwt:ana');
  const answers = await Promise.all([two, one, two].map((at) => decideOn(at, turnId, id, { option: 'allow' })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await result).toBe('it is done');
  await ended();
});

test.each([
  ['awake', 'jwt:ben'],
  ['frozen', 'jwt:carla'],
])(
  'a gateway freezes while a card waits, and is %s when it is decided: the other one makes the call',
  async (state, who) => {
    const { two, turnId, id, result, ended } = await waiting(who);
    const store = await second().store();
    const fence = async () => (await store.turns.get(turnId))?.fence;
    const before = await fence();
    const { pid } = first();
    process.kill(pid, 'SIGSTOP');
    try {
      await until('the other gateway to take the turn up', async () => (await fence()) !== before, 30_000);
      if (state === 'awake') process.kill(pid, 'SIGCONT');
      expect((await decideOn(two, turnId, id, { option: 'allow' })).status).toBe(200);
      expect(await result).toBe('it is done');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await ended();
  },
);
