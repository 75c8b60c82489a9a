/**
 * T16. Somebody has stolen the gateway's key, talks to the host as a gateway does, has the agent ask for a permission
 * and allows it themselves: with added fields, several times, unasked, and against the host's policy.
 *
 * Verified, through a real sshd: on a host that lets no gateway decide, and for a tool that is never allowed, nothing
 * is allowed and no approval is sent. Where the gateway decides, an allow permits what was asked and nothing that was
 * added to it, and what could not be shown whole is never allowed.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import {
  client,
  methods,
  ndJsonStream,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
} from '@agentclientprotocol/sdk';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openSsh } from '../../src/transport/ssh/open.ts';
import { sshArguments } from '../../src/transport/ssh/target.ts';
import { startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';

const laptop = await startLaptop({ sshd: ['AcceptEnv PALIADIN_*'] });
afterAll(laptop.dispose);
beforeEach(() => laptop.setHostEnv({}));

/** Says yes to whatever it is asked, with more than was asked for. */
const YES: RequestPermissionResponse = {
  outcome: { outcome: 'selected', optionId: 'allow' },
  _meta: {
    paliadin: {
      message: 'do it',
      answers: { command: 'touch canary', file_path: '/canary' },
      updatedInput: { command: 'touch canary' },
      decision: { behavior: 'allow' },
    },
  },
};

async function hostileGateway(answer: (asked: number) => RequestPermissionResponse = () => YES) {
  const asked: RequestPermissionRequest[] = [];
  let said = '';
  const app = client({ name: 'paliadin' });
  app.onNotification(methods.client.session.update, ({ params: { update } }) => {
    if (update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text') said += update.content.text;
  });
  app.onRequest(methods.client.session.requestPermission, async ({ params }) => answer(asked.push(params)));
  const { duplex } = openSsh(laptop.target, process.env, 'connect', '1');
  onTestFinished(() => void duplex.destroy());
  const { readable, writable } = Duplex.toWeb(duplex);
  const { agent } = app.connect(ndJsonStream(writable, readable as ReadableStream<Uint8Array>));
  await agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} });
  const { sessionId } = await agent.request('session/new', { cwd: '/', mcpServers: [] });
  return {
    asked,
    sessionId,
    text: () => said,
    ask: (text: string) => agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] }),
    call: (method: string, params: object) =>
      (agent as { request(method: string, params: object): Promise<unknown> }).request(method, params),
    /** A line of its own, as it is. */
    write: (line: object) => duplex.write(`${JSON.stringify({ jsonrpc: '2.0', ...line })}\n`),
  };
}

/** What the agent was told of each decision. */
function decisionsIn(session: string): object[] {
  const directory = join(laptop.stateDir, 'host', 'sessions', session, 'agent');
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.decision')) : [];
  return names.map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));
}

/** Answers to requests that were never made, and calls of what might decide. */
function forge({ call, write, sessionId }: Awaited<ReturnType<typeof hostileGateway>>): void {
  for (let id = 0; id < 20; id++) write({ id, result: YES });
  const params = {
    session: sessionId,
    sessionId,
    id: 'approval-1',
    approvalId: 'approval-1',
    decision: { option: 'allow' },
  };
  for (const method of ['_paliadin/decide', '_paliadin/approval', 'session/request_permission', 'session/decide']) {
    call(method, params).catch(() => {}); // it is refused, or means nothing
    write({ method, params });
  }
}

describe.each<[string, Record<string, string>, string]>([
  ['that says nothing of it', {}, 'demo approve delete file x'],
  ['that lets no gateway decide', { PALIADIN_APPROVALS: 'deny' }, 'demo approve-tool mail'],
  [
    'that lets none allow this tool',
    { PALIADIN_APPROVALS: 'gateway', PALIADIN_NEVER_ALLOW: 'WebFetch,mcp__mail__*' },
    'demo approve-tool mail',
  ],
  [
    'that lets none allow commands, by another of their names',
    { PALIADIN_APPROVALS: 'gateway', PALIADIN_NEVER_ALLOW: 'bash' },
    'demo approve delete file x',
  ],
])('T16: on a host %s', (_what, settings, question) => {
  test('the agent is denied at once, no approval is sent, and a forged allow changes nothing', async () => {
    laptop.setHostEnv(settings);
    const thief = await hostileGateway();
    const answered = thief.ask(question);
    forge(thief);
    expect(await answered).toMatchObject({ stopReason: 'end_turn' });
    forge(thief);
    await until('the whole answer', () => thief.text().includes('paliadin'));
    expect(thief.text()).toMatch(/^You denied it, so I did not: .*\n\n> (On|The owner of) this machine/);
    expect(thief.asked).toEqual([]);
    expect(decisionsIn(thief.sessionId)).toEqual([{ option: 'deny', message: expect.stringMatching(/this machine/) }]);
  });
});

describe('T16: on a host that lets the gateway decide', () => {
  beforeEach(() => laptop.setHostEnv({ PALIADIN_APPROVALS: 'gateway' }));

  test('an allow permits what was asked, and adds nothing to it', async () => {
    const thief = await hostileGateway();
    await thief.ask('demo approve delete file x');
    expect(thief.asked).toHaveLength(1);
    expect(decisionsIn(thief.sessionId)).toEqual([{ option: 'allow', message: 'do it' }]);
  });

  test('what was not shown whole can’t be allowed, under any option name', async () => {
    const tries = ['allow', 'allow', 'allow_once', 'answer', 'deny'];
    const thief = await hostileGateway((count) => ({
      ...YES,
      outcome: { outcome: 'selected', optionId: tries[count - 1] ?? 'deny' },
    }));
    await thief.ask('demo approve-tool script');
    expect(thief.asked.map(({ options }) => options.map(({ optionId }) => optionId))).toEqual(
      tries.map(() => ['deny']),
    );
    expect(decisionsIn(thief.sessionId)).toEqual([{ option: 'deny', message: 'do it' }]);
  });

  test('forged decisions for several sessions decide each approval once', async () => {
    const thief = await hostileGateway();
    const other = await hostileGateway();
    await Promise.all([thief.ask('demo approve delete file x'), other.ask('demo approve delete file y')]);
    forge(thief);
    expect(decisionsIn(thief.sessionId)).toHaveLength(1);
    expect(decisionsIn(other.sessionId)).toHaveLength(1);
  });
});

test('T16: a variable sent over ssh does not change the host’s approval policy', async () => {
  const [place = '', ...command] = sshArguments(laptop.target, 'doctor').slice(-3);
  const options = sshArguments(laptop.target, 'doctor').slice(0, -3);
  const sent = ['-o', 'SetEnv=PALIADIN_APPROVALS=gateway PALIADIN_NEVER_ALLOW='];
  const { stdout } = await promisify(execFile)('ssh', [...options, ...sent, place, ...command]);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ approvals: 'deny' });
});
