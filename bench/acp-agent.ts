/**
 * What Paliadin adds to an agent that speaks ACP, beside a plain client of the protocol at an agent of the same kind, in
 * turns: question → the model is asked, and the model’s first words → a client has them. And the agent's memory.
 */
import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { agentEnv } from '../src/config/agent-env.ts';
import { composePrompt } from '../src/contract/envelope.ts';
import { spawnGuarded } from '../src/process/guarded-child.ts';
import { openAcpAgent } from '../src/transport/acp-agent.ts';
import { agentEnvironment, makeHome, refuseNetwork } from '../test/agents/claude-owner.ts';
import { type Model, startModel } from '../test/agents/model/server.ts';
import { configureOpencode } from '../test/agents/opencode-owner.ts';
import { startTestGateway } from '../test/support/gateway.ts';
import { temporaryDirectory } from '../test/support/temporary.ts';
import { fastClient } from './support/fast-client.ts';
import { treeMegabytes } from './support/memory.ts';
import { quiet } from './support/quiet.ts';
import { distribution, figure, report } from './support/report.ts';

const WARM_UP = 2;
const TURNS = Number(process.env.BENCH_TURNS ?? 20);

interface Times {
  /** Milliseconds from the question to its request at the model. */
  asked: number;
  /** Milliseconds from the model's first words to the client. */
  heard: number;
}

type Ask = (name: string) => Promise<Times>;
type Command = [string, ...string[]];

refuseNetwork();
const agents: { name: string; command: Command }[] = JSON.parse(process.env.TEST_ACP_AGENTS ?? '[]');
const wanted = process.env.BENCH_AGENT;
for (const { name, command } of agents) if (wanted === undefined || wanted === name) await measure(name, command);

async function measure(name: string, command: Command): Promise<void> {
  await using model = await startModel();
  const { path, remove } = await temporaryDirectory();
  const { home, work } = makeHome(path);
  configureOpencode(home, work, model);
  const env = agentEnvironment(home, model);
  const plain = await plainClient(command, { env, work, model });
  const paliadin = await throughPaliadin(command, { env, work, model });
  const [alone, through]: [Times[], Times[]] = [[], []];
  for (let turn = -WARM_UP; turn < TURNS; turn++) {
    for (const [ask, times] of [
      [plain.ask, alone],
      [paliadin.ask, through],
    ] as const) {
      await quiet();
      const taken = await ask(`${turn + WARM_UP}${times === alone ? 'a' : 'b'}`);
      if (turn >= 0) times.push(taken);
    }
  }
  const load = loadavg()[0] ?? Number.NaN;
  const memory = await treeMegabytes(plain.pid);
  await plain.close();
  await paliadin.close();
  await remove();
  const of = (times: Times[], what: keyof Times) => times.map((one) => one[what]);
  const more = (what: keyof Times) => through.map((one, at) => one[what] - (alone[at]?.[what] ?? Number.NaN));
  report(`${name}, ms (${TURNS} turns each)`, [
    distribution('question → model: plain client', of(alone, 'asked')),
    distribution('question → model: Paliadin', of(through, 'asked')),
    distribution('question → model: more', more('asked'), '≤ 8'),
    distribution('model’s words → client: plain client', of(alone, 'heard')),
    distribution('model’s words → client: Paliadin', of(through, 'heard')),
    distribution('model’s words → client: more', more('heard'), '≤ 8'),
    figure('memory of the agent’s processes, MB (resident)', memory.resident),
    figure('memory of the agent’s processes, MB (their own)', memory.own),
    figure('load of the machine, last minute', load),
  ]);
}

interface Place {
  env: Record<string, string>;
  work: string;
  model: Model;
}

async function plainClient(command: Command, { env, work, model }: Place) {
  const child = await spawnGuarded(command, { cwd: work, env: agentEnv({ ...env, PATH: process.env.PATH }) });
  let heard = Promise.withResolvers<number>();
  const agent = await openAcpAgent(child.stream, {
    onUpdate(_session, update) {
      if (update.sessionUpdate === 'agent_message_chunk') heard.resolve(performance.now());
    },
    onPermission: async () => null,
    onQuestion: async () => ({ action: 'decline' }),
  });
  const session = await agent.newSession({ cwd: work, roots: [] });
  const ask: Ask = async (name) => {
    heard = Promise.withResolvers();
    const text = composePrompt({ turnId: randomUUID(), locale: 'en' }, `model wait ${name}`);
    const asked = model.nextAsked();
    const submitted = performance.now();
    const end = agent.prompt(session, [{ type: 'text', text }]);
    const at = await asked;
    const released = performance.now();
    model.release(name);
    const times = { asked: at - submitted, heard: (await heard.promise) - released };
    await end;
    return times;
  };
  return { ask, pid: child.pid, close: () => child.kill() };
}

async function throughPaliadin(command: Command, { env, work, model }: Place) {
  const gateway = await startTestGateway({
    env: {
      ...env,
      PALIADIN_AGENT: 'acp',
      PALIADIN_AGENT_COMMAND: command.map((word) => `"${word}"`).join(' '),
      PALIADIN_AGENT_DIR: work,
      PALIADIN_ACCESS: 'owner',
      PALIADIN_ISOLATION: 'none',
      PALIADIN_LOG_LEVEL: 'error',
    },
  });
  const owner = await gateway.as('owner');
  const client = await fastClient(gateway.url, owner.token);
  const ask: Ask = async (name) => {
    const asked = model.nextAsked();
    const submitted = performance.now();
    const turn = client.ask(`model wait ${name}`);
    const at = await asked;
    const turnId = await turn;
    const released = performance.now();
    model.release(name);
    const times = { asked: at - submitted, heard: (await client.heard(turnId, 'chunk')) - released };
    await client.heard(turnId, 'finished');
    return times;
  };
  return {
    ask,
    async close() {
      client.close();
      await gateway.dispose();
    },
  };
}
