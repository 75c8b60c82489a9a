/** From a user's question to the answer, with a real gateway and a real agent, on this machine and behind ssh. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ApprovalRequest } from '../../src/contract/turn.ts';
import { reachOverSsh } from '../../src/transport/ssh/reach.ts';
import type { ApiClient } from '../support/api-client.ts';
import { until } from '../support/until.ts';
import { installedVersions } from './claude-owner.ts';
import { isLeft, type StartedClaude, startLocal, startRemote } from './started-claude.ts';

/** The pieces of an answer as they came. */
async function piecesOf(client: ApiClient, turnId: string): Promise<string[]> {
  const pieces: string[] = [];
  for await (const { event } of client.events(turnId)) if (event.type === 'chunk') pieces.push(event.text);
  return pieces;
}

/** What is asked in the turn; another than `before`. */
async function approvalOf(client: ApiClient, turnId: string, before?: string): Promise<ApprovalRequest> {
  for await (const { event } of client.events(turnId))
    if (event.type === 'approval' && event.approval.id !== before) return event.approval;
  throw new Error(`turn ${turnId} ended without an approval`);
}

describe.each(installedVersions('oldest'))('Claude Code $name', ({ program }) => {
  describe.each([
    ['on this machine', startLocal],
    ['behind ssh', startRemote],
  ] as [string, (program: string) => Promise<StartedClaude>][])('%s', (_where, start) => {
    test('streams its answer, and remembers the conversation', async () => {
      const { gateway, model } = await start(program);
      const owner = await gateway.as('owner');
      const { turnId } = await owner.ask('model lines x');
      await owner.until(turnId, 'chunk');
      model.release('x');
      const pieces = await piecesOf(owner, turnId);
      expect(await owner.finished(turnId)).toMatchObject({ status: 'completed', error: null });
      expect(pieces[0]).toMatch(/^Line 1 of the answer\.\n/);
      expect(pieces.join('')).toMatch(/^Line 1 of the answer\.\n[\s\S]*\nLine 100 of the answer\.$/);
      expect(await owner.turn(turnId)).toMatchObject({
        status: 'completed',
        usedTools: ['cases.search'],
        rowsSeen: 12,
      });
      // The agent's record comes a moment after its answer.
      await until('the exact record', async () => (await owner.turn(turnId)).tokensExact);
      expect(await (await owner.call('GET', `/api/admin/turns/${turnId}`)).json()).toMatchObject({
        model: expect.stringMatching(/^claude-/),
        tools: [],
        usedTools: ['cases.search'],
        tokens: { exact: true, input: expect.any(Number), cached: expect.any(Number), output: expect.any(Number) },
      });
      expect((await owner.answer('And which are due?')).response).toMatch(/This is question 2 of our conversation/);
      await owner.reset();
      expect((await owner.answer('Which cases are open?')).response).not.toMatch(/This is question/);
    });
  });

  test('does what the owner allows in the chat, and nothing for another user’s question', async () => {
    const { gateway } = await startLocal(program);
    const owner = await gateway.as('owner');
    const { turnId } = await owner.ask('model run echo done > touched');
    const event = await owner.until(turnId, 'approval');
    if (event.type !== 'approval') throw new Error('no approval');
    expect(event.approval.fields?.[0]).toMatchObject({ path: ['command'], text: 'echo done > touched' });
    const path = `/api/turns/${turnId}/approvals/${event.approval.id}`;
    expect((await owner.call('POST', path, { body: { option: 'allow' } })).ok).toBe(true);
    expect(await owner.finished(turnId)).toMatchObject({ status: 'completed' });
    expect(isLeft(gateway, 'touched')).toBe(true);

    const member = await gateway.as('anna');
    const denied = await member.answer('model run echo done > other');
    expect(denied).toMatchObject({ status: 'completed' });
    expect(isLeft(gateway, 'other')).toBe(false);
  });

  // Three daemons and agents, one after the other.
  test('runs nothing for a stolen key: the host sends it no approval and accepts no decision', {
    timeout: 180_000,
  }, async () => {
    const { laptop, setHostEnv } = await startRemote(program);
    const session = 'paliad-paliadin-1a2b3c4d';
    const prompt = { session, fence: 1, from: 0, known: false, message: 'model run id > canary' };
    for (const settings of [{}, { PALIADIN_APPROVALS: 'gateway', PALIADIN_NEVER_ALLOW: 'Bash,Edit' }]) {
      setHostEnv(settings);
      const thief = await reachOverSsh(laptop.target, process.env);
      onTestFinished(() => thief.close());
      const asked: string[] = [];
      const turnId = randomUUID();
      const outcome = await thief.prompt({ ...prompt, turnId }, (update) => {
        if (update.type !== 'approval') return;
        asked.push(update.approval.id);
        void thief.decide(session, turnId, update.approval.id, { option: 'allow' });
      });
      expect({ outcome, asked }).toMatchObject({ outcome: { state: 'done' }, asked: [] });
      expect((await thief.turn(session, turnId, 0)).answer).toMatch(/this machine/);
      expect(isLeft(laptop, 'canary')).toBe(false);
      thief.close();
    }
    // The same words do run where the host says that the gateway decides.
    setHostEnv({ PALIADIN_APPROVALS: 'gateway', PALIADIN_NEVER_ALLOW: 'WebFetch' });
    const gateway = await reachOverSsh(laptop.target, process.env);
    onTestFinished(() => gateway.close());
    const turnId = randomUUID();
    await gateway.prompt({ ...prompt, turnId }, (update) => {
      if (update.type === 'approval') void gateway.decide(session, turnId, update.approval.id, { option: 'allow' });
    });
    expect(isLeft(laptop, 'canary')).toBe(true);
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'asks again, and can be denied, when the daemon ends (%s) while an approval is open',
    async (signal) => {
      const { gateway } = await startLocal(program);
      const owner = await gateway.as('owner');
      const { turnId } = await owner.ask('model run touch done');
      const first = await approvalOf(owner, turnId);
      process.kill(await gateway.daemonPid(), signal);
      const second = await approvalOf(owner, turnId, first.id);
      expect(second).toMatchObject({ detail: first.detail, options: [{ id: 'deny' }] });
      const path = (id: string) => `/api/turns/${turnId}/approvals/${id}`;
      expect((await owner.call('POST', path(first.id), { body: { option: 'allow' } })).ok).toBe(false);
      expect((await owner.call('POST', path(second.id), { body: { option: 'allow' } })).status).toBe(400);
      expect((await owner.call('POST', path(second.id), { body: { option: 'deny' } })).ok).toBe(true);
      expect(await owner.finished(turnId)).toMatchObject({ status: 'cancelled' });
      expect((await owner.answer('demo at once')).response).toBe('At once.');
      expect(isLeft(gateway, 'done')).toBe(false);
    },
  );

  test('goes on after the daemon was killed during an approval that is then answered at the terminal', async () => {
    const { gateway } = await startLocal(program);
    const owner = await gateway.as('owner');
    const { turnId } = await owner.ask('model run touch done');
    const { id } = await approvalOf(owner, turnId);
    const keys = (...args: string[]) => {
      const [socket = ''] = readdirSync(join(gateway.stateDir, 'host', 'tmux')).filter((name) => !name.includes('.'));
      return spawnSync('tmux', ['-S', join(gateway.stateDir, 'host', 'tmux', socket), ...args], { encoding: 'utf8' })
        .stdout;
    };
    await until('the dialog', () => keys('capture-pane', '-p').includes('❯ 1. Yes'));
    process.kill(await gateway.daemonPid(), 'SIGKILL');
    await approvalOf(owner, turnId, id);
    // A key that comes with the dialog is not taken for an answer to it.
    await until('the dialog to go', async () => {
      keys('send-keys', '1');
      await delay(300);
      return !keys('capture-pane', '-p').includes('❯ 1. Yes');
    });
    expect(await owner.finished(turnId)).toMatchObject({ status: 'completed', approvals: [] });
    expect(isLeft(gateway, 'done')).toBe(true);
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
