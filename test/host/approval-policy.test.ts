/** What the host itself denies, whatever the gateway decides: the rules, and real agents in a real terminal. */
import { describe, expect, test } from 'vitest';
import { type ApprovalPolicy, refusalOf, TOOL_RULE } from '../../src/contract/approval-policy.ts';
import type { ApprovalRequest } from '../../src/contract/turn.ts';
import type { AgentSignal } from '../../src/host/agents/driver.ts';
import { checkDecision, withoutRefused } from '../../src/host/approval-gate.ts';
import { until } from '../support/until.ts';
import { type Asked, testHost } from './test-host.ts';

const deny: ApprovalPolicy = { approvals: 'deny', neverAllow: [] };
const never = (...neverAllow: string[]): ApprovalPolicy => ({ approvals: 'gateway', neverAllow });
const refused = (policy: ApprovalPolicy, tool: string | undefined, kind: ApprovalRequest['kind'] = 'permission') =>
  refusalOf(policy, { kind, tool }) !== null;

describe('the approval policy', () => {
  test('deny refuses every permission, and no question', () => {
    expect(['Bash', 'mcp__a__b', undefined].map((tool) => refused(deny, tool))).toEqual([true, true, true]);
    expect(refusalOf(deny, { tool: 'Bash' })).toMatch(/nobody can be asked/);
    expect(refused(deny, 'AskUserQuestion', 'question')).toBe(false);
  });

  test.each<[string, string[], string[]]>([
    ['Bash', ['Bash', 'bash', 'Monitor', 'PowerShell'], ['BashOutput', 'Edit', 'mcp__Bash__x']],
    ['bash', ['Bash'], []],
    ['WebFetch', ['WebFetch'], ['WebSearch']],
    ['Edit', ['Edit', 'MultiEdit', 'Write', 'NotebookEdit'], ['Read']],
    ['Read', ['Read', 'Grep', 'Glob'], ['Write']],
    ['Task', ['Task', 'Agent'], ['TaskOutput']],
    ['mcp__mail__*', ['mcp__mail__send', 'mcp__mail__'], ['mcp__mail', 'mcp__mailing__send', 'Bash']],
    ['mcp__mail', ['mcp__mail__send', 'mcp__mail'], ['mcp__mailing__send']],
    ['mcp__*', ['mcp__mail__send'], ['Bash']],
    ['*', ['Bash', 'mcp__mail__send'], []],
  ])('%s names these tools and no others', (rule, named, others) => {
    expect(rule).toMatch(TOOL_RULE);
    expect(named.filter((tool) => !refused(never(rule), tool))).toEqual([]);
    expect(others.filter((tool) => refused(never(rule), tool))).toEqual([]);
  });

  test('with a list refuses a tool without a name, which could be any', () => {
    expect(refused(never('WebFetch'), undefined)).toBe(true);
    expect(refused(never(), undefined)).toBe(false);
    expect(refused(never('*'), undefined, 'question')).toBe(false);
  });
});

describe('a decision', () => {
  const permission: ApprovalRequest = {
    id: 'a',
    title: 'Run it',
    kind: 'permission',
    tool: 'Bash',
    options: [
      { id: 'allow', label: 'Yes' },
      { id: 'deny', label: 'No' },
    ],
  };

  test('does not change a tool’s input', () => {
    const answers = { command: 'rm -rf /', __proto__: 'x' };
    expect(checkDecision(never(), permission, { option: 'allow', answers })).toEqual({ option: 'allow' });
    expect(checkDecision(never(), permission, { option: 'deny', message: 'no', answers })).toEqual({
      option: 'deny',
      message: 'no',
    });
  });

  test('on a question answers its questions, and nothing else', () => {
    const question: ApprovalRequest = {
      id: 'q',
      title: 'Which?',
      kind: 'question',
      options: [{ id: 'answer', label: 'Answer' }],
      questions: [{ question: 'Which?', options: [], several: false }],
    };
    const answers = { 'Which?': 'This', other: 'that', toString: 'x' };
    expect(checkDecision(deny, question, { option: 'answer', answers })).toEqual({
      option: 'answer',
      answers: { 'Which?': 'This' },
    });
  });

  test('against the policy, or for an option that was not offered, is refused', () => {
    const allow = { option: 'allow' };
    expect(() => checkDecision(deny, permission, allow)).toThrow(expect.objectContaining({ code: 'not_allowed' }));
    expect(() => checkDecision(never('Bash'), permission, allow)).toThrow(
      expect.objectContaining({ code: 'not_allowed' }),
    );
    const cut = { ...permission, options: [{ id: 'deny', label: 'No' }] };
    expect(() => checkDecision(never(), cut, allow)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    expect(checkDecision(deny, permission, { option: 'deny' })).toEqual({ option: 'deny' });
  });
});

describe('an approval that the policy denies', () => {
  const approval = { id: 'a', title: 'Run it', tool: 'Bash', options: [] };
  const other = { id: 'b', title: 'Which?', kind: 'question' as const, options: [] };

  test('is not passed on, and does not count as waiting once the agent goes on', async () => {
    const waits: (() => boolean)[] = [];
    const passed: AgentSignal[] = [];
    const heardBefore: boolean[] = [];
    async function* signals(): AsyncGenerator<AgentSignal> {
      yield { type: 'approval', approval };
      yield { type: 'approval', approval: other };
      heardBefore.push(...waits.map((one) => one()));
      yield { type: 'approval-closed', id: 'a' };
      yield { type: 'approval-closed', id: 'b' };
    }
    const told = withoutRefused(signals(), deny, (_approval, denial, one) => {
      expect(denial).toMatchObject({ option: 'deny', message: expect.stringContaining('nobody can be asked') });
      waits.push(one);
    });
    for await (const signal of told) passed.push(signal);
    expect(passed).toEqual([
      { type: 'approval', approval: other },
      { type: 'approval-closed', id: 'b' },
    ]);
    expect([heardBefore, waits.map((one) => one())]).toEqual([[true], [false]]);
  });
});

const heard = (asked: Asked) => asked.told.filter(({ type }) => type === 'approval' || type === 'approval-closed');

describe('an agent’s approval', () => {
  test('is denied at once with a reason, and not passed on', async () => {
    const host = await testHost({ driver: 'demo', policy: deny });
    const asked = host.ask('demo approve delete file x');
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toMatch(/^You denied it, so I did not: delete file x\n\n> On this machine nobody can be asked/);
    expect(heard(asked)).toEqual([]);
    await expect(host.decide('one', asked.turnId, 'approval-1', { option: 'allow' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(host.troubles).toEqual([]);
  });

  test('for a tool that is never allowed is denied at once; for another the user is asked', async () => {
    const host = await testHost({ driver: 'demo', policy: never('mcp__mail__*') });
    const mail = host.ask('demo approve-tool mail');
    expect(await mail.outcome).toMatchObject({ state: 'done' });
    expect(mail.text).toMatch(/^You denied it, so I did not: mcp__mail__send_message\n\n> The owner of this machine/);
    expect(heard(mail)).toEqual([]);
    const run = host.ask('demo approve delete file x');
    await run.hears('approval');
    await host.decide('one', run.turnId, 'approval-1', { option: 'allow' });
    expect(await run.outcome).toMatchObject({ state: 'done' });
    expect(run.text).toMatch(/^You allowed it/);
  });

  test('that is a question still reaches the user', async () => {
    const host = await testHost({ driver: 'demo', policy: deny });
    const asked = host.ask('demo ask');
    await asked.hears('approval');
    const answers = { 'Which cases do you want to see?': 'The overdue cases' };
    await host.decide('one', asked.turnId, 'approval-1', { option: 'open', answers });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toMatch(/^You chose: The overdue cases/);
  });

  test('asked under an earlier daemon’s policy is denied by a daemon whose policy denies it', async () => {
    const before = await testHost({ driver: 'demo' });
    const open = before.ask('demo approve delete file x');
    await open.hears('approval');
    const host = await testHost({ driver: 'demo', directory: before.directory, policy: deny });
    const again = host.ask('demo approve delete file x', { turnId: open.turnId });
    expect(await again.outcome).toMatchObject({ state: 'done' });
    expect(again.text).toMatch(/^You denied it/);
    expect(heard(again)).toEqual([]);
  });

  test('that can’t be shown whole is passed on, and allowing it is refused', async () => {
    const host = await testHost({ driver: 'demo' });
    const asked = host.ask('demo approve-tool script');
    await asked.hears('approval');
    const [card] = asked.told.flatMap((update) => (update.type === 'approval' ? [update.approval] : []));
    expect(card).toMatchObject({ tool: 'Write', options: [{ id: 'deny' }], missing: { fields: 0 } });
    await expect(host.decide('one', asked.turnId, 'approval-1', { option: 'allow' })).rejects.toMatchObject({
      code: 'bad_request',
    });
    await host.decide('one', asked.turnId, 'approval-1', { option: 'deny' });
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toMatch(/^You denied it/);
  });

  test('with the reply-file driver is denied by the agent itself', async () => {
    const host = await testHost({ driver: 'reply-file', policy: deny });
    const asked = host.ask('demo approve delete file x');
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toMatch(/^You denied it, so I did not: delete file x\n\n> Nobody can be asked/);
    expect(heard(asked)).toEqual([]);
  });

  test('whose denial can’t be written to a full disk is denied when there is space', async () => {
    let failures = 2;
    const host = await testHost({
      driver: 'demo',
      policy: deny,
      wrap: (driver) => ({
        ...driver,
        async decide(what) {
          if (failures-- > 0) throw new Error('ENOSPC');
          await driver.decide?.(what);
        },
      }),
    });
    const asked = host.ask('demo approve delete file x');
    await until('both failures', () => host.troubles.length === 2);
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    expect(asked.text).toMatch(/^You denied it/);
  });
});
