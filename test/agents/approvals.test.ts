/** What an agent may not do by itself and a user is asked about; with real agents. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ApprovalRequest, Decision } from '../../src/contract/turn.ts';
import type { Asked } from '../host/test-host.ts';
import { until } from '../support/until.ts';
import { answerDialog, type ClaudeHost, claudeHost } from './claude-host.ts';
import { installedVersions } from './claude-owner.ts';
import { toolOrder } from './model/script.ts';

async function approvalOf(asked: Asked): Promise<ApprovalRequest> {
  return until('an approval', () => {
    const update = asked.told.find(({ type }) => type === 'approval');
    return update?.type === 'approval' ? update.approval : null;
  });
}

/** The card, value by value. */
const shown = ({ fields = [] }: ApprovalRequest) => fields.map(({ path, text }) => [path.join('.'), text]);

function decide(host: ClaudeHost, asked: Asked, approvalId: string, decision: Decision): Promise<void> {
  return host.decide('one', asked.turnId, approvalId, decision);
}

describe.each(installedVersions('newest'))('Claude Code $name asks', ({ program }) => {
  const open = () => claudeHost(program, { policy: { approvals: 'gateway', neverAllow: [] } });

  test('for permission to run a command, which then runs once', async () => {
    const host = await open();
    const asked = host.ask('model run echo done > touched');
    const approval = await approvalOf(asked);
    expect(approval).toMatchObject({ kind: 'permission', title: 'Run a command', tool: 'Bash' });
    expect(shown(approval)).toEqual([
      ['command', 'echo done > touched'],
      ['description', 'Run'],
    ]);
    expect(existsSync(join(host.work, 'touched'))).toBe(false);
    await decide(host, asked, approval.id, { option: 'allow' });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(existsSync(join(host.work, 'touched'))).toBe(true);
    expect(asked.told).toContainEqual({ type: 'approval-closed', id: approval.id });
    await expect(decide(host, asked, approval.id, { option: 'allow' })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('for permission for one of two concurrent tools, also after the other has ended', async () => {
    const host = await open();
    const outside = join(dirname(host.shared), 'outside.txt');
    writeFileSync(outside, 'what lies outside\n');
    writeFileSync(join(host.work, 'inside.txt'), 'what lies inside\n');
    const reads = [join(host.work, 'inside.txt'), outside].map((path) => ({
      tool: 'Read',
      input: { file_path: path },
    }));
    const asked = host.ask(toolOrder([reads]));
    const approval = await approvalOf(asked);
    await until('the end of the other', () =>
      asked.told.some((one) => one.type === 'tool' && one.tool.status === 'done'),
    );
    await decide(host, asked, approval.id, { option: 'allow' });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toMatch(/what lies inside[\s\S]*what lies outside/);
  });

  test('for permission to write a file, with its text; a denial and its reason reach the model', async () => {
    const host = await open();
    const asked = host.ask(`model write ${join(host.work, 'file.txt')}`);
    const approval = await approvalOf(asked);
    expect(shown(approval)).toEqual([
      ['file_path', join(host.work, 'file.txt')],
      ['content', 'one\ntwo\n'],
    ]);
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

  test('the form of an MCP server as a question, and passes the answer on', async () => {
    const host = await claudeHost(program, {
      settings: { enableAllProjectMcpServers: true, permissions: { allow: ['mcp__forms__ask'] } },
    });
    const server = { command: process.execPath, args: [join(import.meta.dirname, 'form-server.mjs')] };
    writeFileSync(join(host.shared, '.mcp.json'), JSON.stringify({ mcpServers: { forms: server } }));
    const asked = host.ask(toolOrder([[{ tool: 'mcp__forms__ask', input: {} }]]));
    const approval = await approvalOf(asked);
    expect(approval).toMatchObject({ kind: 'question', title: 'A question of forms', detail: 'A reminder' });
    const answers = {
      'Which case is it about?': '4698',
      'Is it urgent?': 'No',
      'For how many days?': '3',
      'Anything else?': 'Leave out',
    };
    await decide(host, asked, approval.id, { option: 'answer', answers });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toContain('{"action":"accept","content":{"case":"4698","urgent":false,"days":3}}');
  });

  test('for approval of its plan, and goes on once it is given', async () => {
    const host = await open();
    const asked = host.ask(
      [
        `model tool ${JSON.stringify({ tool: 'EnterPlanMode', input: {} })}`,
        'model then',
        `model tool ${JSON.stringify({ tool: 'ExitPlanMode', input: { plan: '# The plan\n\nWrite *one* file.' } })}`,
      ].join('\n'),
    );
    const approval = await approvalOf(asked);
    expect(approval).toMatchObject({ kind: 'permission', title: 'Carry out a plan', tool: 'ExitPlanMode' });
    // Newer versions have their plans in a file; here is none.
    expect([[['plan', '# The plan\n\nWrite *one* file.']], []]).toContainEqual(shown(approval));
    await decide(host, asked, approval.id, { option: 'allow' });
    expect(await asked.outcome).toMatchObject({ state: 'done', detail: null });
    const next = host.ask('demo at once');
    expect(await next.outcome).toMatchObject({ state: 'done', detail: null });
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

  test('and is cancelled instead', async () => {
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

describe.each(installedVersions('newest'))('a host with Claude Code $name', ({ program }) => {
  test('with policy deny denies a permission at once with a reason, and lets a question through', async () => {
    const host = await claudeHost(program, { policy: { approvals: 'deny', neverAllow: [] } });
    const asked = host.ask('model run id > canary');
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toContain('On this machine nobody can be asked');
    expect(asked.told.filter(({ type }) => type === 'approval')).toEqual([]);
    expect(existsSync(join(host.work, 'canary'))).toBe(false);
    const question = host.ask('model ask');
    const { id } = await approvalOf(question);
    const answers = { 'Which cases do you want to see?': 'Overdue', command: 'id > canary' };
    await decide(host, question, id, { option: 'answer', answers });
    expect(await question.outcome).toMatchObject({ state: 'done' });
    expect(question.text).toContain('Overdue');
    expect(existsSync(join(host.work, 'canary'))).toBe(false);
  });

  test('that never allows commands runs none, while other tools can be allowed', async () => {
    const host = await claudeHost(program, { policy: { approvals: 'gateway', neverAllow: ['Bash'] } });
    const asked = host.ask('model run id > canary');
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toContain('lets nobody allow this tool');
    expect(asked.told.filter(({ type }) => type === 'approval')).toEqual([]);
    expect(existsSync(join(host.work, 'canary'))).toBe(false);
    const written = host.ask(`model write ${join(host.work, 'file.txt')}`);
    await decide(host, written, (await approvalOf(written)).id, { option: 'allow' });
    expect(await written.outcome).toMatchObject({ state: 'done' });
    expect(existsSync(join(host.work, 'file.txt'))).toBe(true);
  });
});
