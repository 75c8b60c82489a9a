/** From a person's question to their answer and back, with a real gateway and a real agent, here and behind ssh. */
import { cpSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clonePrograms } from '../../src/main/programs.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { claudeGateway } from './claude-gateway.ts';
import { modelOfTest } from './claude-host.ts';
import { agentEnvironment, installedVersions, makeHome, refuseNetwork } from './claude-owner.ts';

async function startLocal(program: string) {
  const claude = await claudeGateway(program);
  onTestFinished(() => claude[Symbol.asyncDispose]());
  return claude;
}

async function startRemote(program: string) {
  refuseNetwork();
  const model = await modelOfTest();
  const laptop = await startLaptop();
  onTestFinished(() => laptop.dispose());
  const { home, work } = makeHome(dirname(laptop.home));
  cpSync(clonePrograms.skill, join(dirname(laptop.shim), 'skill'), { recursive: true });
  const agent = { PALIADIN_AGENT: 'claude', PALIADIN_AGENT_COMMAND: program, PALIADIN_AGENT_DIR: work };
  laptop.setHostEnv({ ...agentEnvironment(home, model), ...agent });
  const gateway = await startTestGateway({ laptop });
  onTestFinished(() => gateway.dispose());
  return { gateway, model };
}

/** The pieces of an answer as they came. */
async function piecesOf(client: ApiClient, turnId: string): Promise<string[]> {
  const pieces: string[] = [];
  for await (const { event } of client.events(turnId)) if (event.type === 'chunk') pieces.push(event.text);
  return pieces;
}

describe.each(installedVersions())('Claude Code $name', ({ program }) => {
  describe.each([
    ['on this machine', startLocal],
    ['behind ssh', startRemote],
  ] as [string, (program: string) => Promise<{ gateway: TestGateway }>][])('%s', (_where, start) => {
    test('answers while it writes, and remembers', async () => {
      const { gateway } = await start(program);
      const owner = await gateway.as('owner');
      const { turnId } = await owner.ask('model lines 100');
      const pieces = await piecesOf(owner, turnId);
      expect(await owner.finished(turnId)).toMatchObject({ status: 'completed', error: null });
      expect(pieces.length).toBeGreaterThan(2);
      expect(pieces.join('')).toMatch(/^Line 1 of the answer\.\n[\s\S]*\nLine 100 of the answer\.$/);
      expect(await owner.turn(turnId)).toMatchObject({
        status: 'completed',
        usedTools: ['cases.search'],
        rowsSeen: 12,
      });
      // The agent's record comes a moment after its answer.
      await until('the exact record', async () => (await owner.turn(turnId)).tokensExact);
      const recent = (await (await owner.call('GET', '/api/admin/turns')).json()) as { turns: object[] };
      expect(recent.turns[0]).toMatchObject({
        ...{ turnId, tokensExact: true, model: expect.stringMatching(/^claude-/), usedTools: ['cases.search'] },
        ...{ inputTokens: expect.any(Number), cachedTokens: expect.any(Number), tools: [] },
      });
      expect((await owner.answer('And which are due?')).response).toMatch(/This is question 2 of our conversation/);
      await owner.reset();
      expect((await owner.answer('Which cases are open?')).response).not.toMatch(/This is question/);
    });
  });

  test('does what the owner allows in the chat, and nothing that another user’s question leads to', async () => {
    const { gateway, work } = await startLocal(program);
    const owner = await gateway.as('owner');
    const { turnId } = await owner.ask('model run echo done > touched');
    const event = await owner.until(turnId, 'approval');
    if (event.type !== 'approval') throw new Error('no approval');
    expect(event.approval).toMatchObject({ detail: 'echo done > touched' });
    const path = `/api/turns/${turnId}/approvals/${event.approval.id}`;
    expect((await owner.call('POST', path, { body: { option: 'allow' } })).ok).toBe(true);
    expect(await owner.finished(turnId)).toMatchObject({ status: 'completed' });
    expect(existsSync(join(work, 'touched'))).toBe(true);

    const member = await gateway.as('anna');
    const denied = await member.answer('model run echo done > other');
    expect(denied).toMatchObject({ status: 'completed' });
    expect(existsSync(join(work, 'other'))).toBe(false);
  });

  test('answers to the end while the daemon is killed', async () => {
    const { gateway, model } = await startLocal(program);
    const owner = await gateway.as('owner');
    const { turnId } = await owner.ask('demo hold x');
    await owner.until(turnId, 'chunk');
    process.kill(await gateway.daemonPid(), 'SIGKILL');
    model.release('x');
    const turn = await owner.finished(turnId);
    expect(turn).toMatchObject({ status: 'completed', response: 'This is the first half.\nThis is the second half.' });
    expect((await owner.answer('demo at once')).response).toBe('At once.');
    expect(model.questions).toHaveLength(2);
  });
});
