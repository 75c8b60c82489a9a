/**
 * Something breaks while an approval waits: gateway, daemon or agent. It stays open until it is decided, the
 * decision reaches the agent once, and a user who is gone blocks nothing.
 */
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { TurnView } from '../../src/contract/api.ts';
import { until } from '../support/until.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';
import { type Somebody, somebody } from './somebody.ts';

const running = useGateway();

const ALLOWED = { status: 'completed', response: 'You allowed it, so I did: delete it', approvals: [] };

function decide({ call }: Somebody, turnId: string, decision: object): Promise<Response> {
  return call('POST', `/api/turns/${turnId}/approvals/approval-1`, { body: decision });
}

async function asked(person: Somebody): Promise<string> {
  const { turnId } = await person.ask('demo approve delete it');
  await person.until(turnId, 'approval');
  return turnId;
}

const decisionsOf = ({ decisions }: TurnView) => decisions.map(({ by, option }) => `${by} ${option}`);

test('an approval survives a killed gateway: the next one shows it, and it can be decided at once', async () => {
  const gateway = running();
  const owner = await somebody(gateway);
  const turnId = await asked(owner);
  await gateway.end('SIGKILL');
  await gateway.start();
  expect(await owner.turn(turnId)).toMatchObject({ approvals: [{ id: 'approval-1', detail: 'delete it' }] });
  expect((await decide(owner, turnId, { option: 'allow' })).status).toBe(200);
  const turn = await owner.finished(turnId);
  expect(turn).toMatchObject(ALLOWED);
  expect(decisionsOf(turn)).toEqual(['user allow']);
  expect(await owner.timesReceived(turnId)).toBe(1);
  await owner.goesOn();
});

test('a gateway with an open approval stops at once, however long the approval timeout', async () => {
  const gateway = await gatewayForTest({ env: { PALIADIN_APPROVAL_TIMEOUT: '24h' } });
  const owner = await somebody(gateway);
  const turnId = await asked(owner);
  expect(await gateway.end('SIGTERM')).toBe(0);
  await gateway.start();
  await decide(owner, turnId, { option: 'allow' });
  expect(await owner.finished(turnId)).toMatchObject(ALLOWED);
});

test('a decision not yet at the host when the gateway was killed is delivered after its restart', async () => {
  const gateway = running();
  const owner = await somebody(gateway);
  const turnId = await asked(owner);
  const daemon = await gateway.daemonPid();
  process.kill(daemon, 'SIGSTOP');
  expect((await decide(owner, turnId, { option: 'deny', message: 'It is needed.' })).status).toBe(200);
  await gateway.end('SIGKILL');
  // What lay in the socket may have gone with the gateway, or not; it comes to the same.
  process.kill(daemon, 'SIGCONT');
  await gateway.start();
  const turn = await owner.finished(turnId);
  expect(turn.response).toBe('You denied it, so I did not: delete it\n\n> It is needed.');
  expect(decisionsOf(turn)).toEqual(['user deny']);
});

test('an approval answered at the terminal while no gateway runs is not asked again', async () => {
  const gateway = running();
  const owner = await somebody(gateway);
  const { turnId } = await owner.ask('demo approve delete it');
  await owner.until(turnId, 'approval');
  await gateway.end('SIGKILL');
  await until('the dialog', async () => (await owner.tmux('capture-pane', '-p')).includes('1. Yes'));
  await owner.tmux('send-keys', '1');
  await gateway.start();
  expect(await owner.finished(turnId)).toMatchObject(ALLOWED);
  await owner.goesOn();
});

test('an approval survives a killed daemon: it is asked again, and decided once', async () => {
  const gateway = running();
  const owner = await somebody(gateway);
  const turnId = await asked(owner);
  process.kill(await gateway.daemonPid(), 'SIGKILL');
  expect((await decide(owner, turnId, { option: 'allow' })).status).toBe(200);
  const turn = await owner.finished(turnId);
  expect(turn).toMatchObject(ALLOWED);
  expect(decisionsOf(turn)).toEqual(['user allow']);
});

test('when the agent dies while an approval waits, the turn fails and a decision is refused', async () => {
  const gateway = running();
  const owner = await somebody(gateway);
  const turnId = await asked(owner);
  await owner.tmux('kill-server');
  const turn = await owner.finished(turnId);
  expect(turn).toMatchObject({ status: 'failed', error: { code: 'agent_stopped' }, approvals: [], decisions: [] });
  expect((await decide(owner, turnId, { option: 'allow' })).status).toBe(404);
  await owner.goesOn();
});

test('the agent’s silence timeout does not run while an approval waits', async () => {
  const gateway = await gatewayForTest({ env: { PALIADIN_TURN_TIMEOUT: '1s', PALIADIN_APPROVAL_TIMEOUT: '3s' } });
  const owner = await somebody(gateway);
  const turn = await owner.answer('demo approve delete it');
  expect(turn).toMatchObject({ status: 'completed', response: expect.stringMatching(/^You denied it/) });
  expect(decisionsOf(turn)).toEqual(['timeout deny']);
});

test('members’ approvals are all denied at once by policy, and no temporary file is left', async () => {
  const gateway = running();
  const people = await Promise.all(['anna', 'ben', 'carl'].map((name) => somebody(gateway, name)));
  const turns = await Promise.all(people.map((person) => person.answer('demo approve delete it')));
  for (const turn of turns) {
    expect(turn.response).toMatch(/^You denied it, so I did not: delete it/);
    expect(decisionsOf(turn)).toEqual(['policy deny']);
  }
  for (const { session } of people) {
    const files = async () => (await readdir(gateway.agentDirectory(session))).filter((name) => name.endsWith('.new'));
    expect(await files()).toEqual([]);
  }
});
