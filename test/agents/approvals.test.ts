/** What the agent may not do by itself, where a person is asked; with real agents. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ApprovalRequest, Decision } from '../../src/contract/turn.ts';
import type { Asked } from '../host/test-host.ts';
import { until } from '../support/until.ts';
import { answerDialog, type ClaudeHost, claudeHost } from './claude-host.ts';
import { installedVersions } from './claude-owner.ts';

async function approvalOf(asked: Asked): Promise<ApprovalRequest> {
  return until('an approval', () => {
    const update = asked.told.find(({ type }) => type === 'approval');
    return update?.type === 'approval' ? update.approval : null;
  });
}

function decide(host: ClaudeHost, asked: Asked, approvalId: string, decision: Decision): Promise<void> {
  return host.decide('one', asked.turnId, approvalId, decision);
}

describe.each(installedVersions('newest'))('Claude Code $name asks', ({ program }) => {
  const open = () => claudeHost(program, { policy: { approvals: 'gateway', neverAllow: [] } });

  test('for leave to run a command, which it then runs once', async () => {
    const host = await open();
    const asked = host.ask('model run echo done > touched');
    const approval = await approvalOf(asked);
    expect(approval).toMatchObject({ kind: 'permission', title: 'Run a command', detail: 'echo done > touched' });
    expect(existsSync(join(host.work, 'touched'))).toBe(false);
    await decide(host, asked, approval.id, { option: 'allow' });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(existsSync(join(host.work, 'touched'))).toBe(true);
    expect(asked.told).toContainEqual({ type: 'approval-closed', id: approval.id });
    await expect(decide(host, asked, approval.id, { option: 'allow' })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('for leave to write a file, whose text is shown; a denial and its reason reach the model', async () => {
    const host = await open();
    const asked = host.ask(`model write ${join(host.work, 'file.txt')}`);
    const approval = await approvalOf(asked);
    expect(approval).toMatchObject({ detail: join(host.work, 'file.txt'), diff: '+one\n+two' });
    await decide(host, asked, approval.id, { option: 'deny', message: 'Put it elsewhere.' });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toContain('Put it elsewhere.');
    expect(existsSync(join(host.work, 'file.txt'))).toBe(false);
  });

  test('a question, and is answered', async () => {
    const host = await open();
    const asked = host.ask('model ask');
    const approval = await approvalOf(asked);
    expect(approval).toMatchObject({ kind: 'question', title: 'Which cases do you want to see?' });
    expect(approval.questions?.[0]?.options.map(({ label }) => label)).toEqual(['Open', 'Overdue']);
    await decide(host, asked, approval.id, {
      option: 'answer',
      answers: { 'Which cases do you want to see?': 'Overdue' },
    });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toContain('Overdue');
  });

  test('and is answered at the terminal', async () => {
    const host = await open();
    const asked = host.ask('model run echo done > touched');
    const approval = await approvalOf(asked);
    await answerDialog(host);
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.told).toContainEqual({ type: 'approval-closed', id: approval.id });
    expect(existsSync(join(host.work, 'touched'))).toBe(true);
  });

  test('and is stopped instead', async () => {
    const host = await open();
    const asked = host.ask('model run echo done > touched');
    await approvalOf(asked);
    await host.cancel('one', asked.turnId);
    expect(await asked.outcome).toMatchObject({ state: 'cancelled' });
    const next = host.ask('demo at once');
    expect(await next.outcome).toMatchObject({ state: 'done' });
    expect(existsSync(join(host.work, 'touched'))).toBe(false);
  });
});
