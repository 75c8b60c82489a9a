/** How hook calls become the log of their turn. The calls were recorded from real agents. */
import { readdirSync, statSync } from 'node:fs';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ApprovalPolicy } from '../../../../src/contract/approval-policy.ts';
import { conversationNow, readAgentRecord, writeAgentRecord } from '../../../../src/host/agents/claude/agent-record.ts';
import { HookRecorder } from '../../../../src/host/agents/claude/hook-recorder.ts';
import { type LogEntry, logFile, parseEntry, readLog } from '../../../../src/host/agents/claude/log.ts';
import { type HookPayload, hookPayload } from '../../../../src/host/agents/claude/payload.ts';
import { tail } from '../../../../src/host/agents/tail.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { readLines, VERSIONS } from './read-lines.ts';

const TURN = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
const DENY_ALL: ApprovalPolicy = { approvals: 'deny', neverAllow: [] };
const ASK: ApprovalPolicy = { approvals: 'gateway', neverAllow: [] };
const never = new AbortController().signal;
let directory: string;
let recorder: HookRecorder;

beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  directory = path;
  recorder = new HookRecorder(directory, DENY_ALL);
});

const hear = (event: string, payload: Partial<HookPayload> = {}) =>
  recorder.receive({ hook_event_name: event, prompt_id: 'p1', ...payload }, never);
const prompt = (text = `[PALIADIN:${TURN}]\nhello`, payload: Partial<HookPayload> = {}) =>
  hear('UserPromptSubmit', { prompt: text, transcript_path: '/t.jsonl', ...payload });
const display = (id: string, index: number, delta: string, final = false) =>
  hear('MessageDisplay', { message_id: id, index, delta, final });
const log = (turnId = TURN) => readLog(logFile(directory, turnId));
const textOf = (entries: LogEntry[]) =>
  entries.flatMap((entry) => (entry.event === 'text' ? [entry.delta] : [])).join('');
const events = (entries: LogEntry[]) => entries.map(({ event }) => event);

/** Where only a dialog is left of a request. */
const pressed: string[] = [];
const pane = {
  screen: async () => ({
    lines: [' Do you want to proceed?', ' ❯ 1. Yes', '   2. No'],
    cursor: { row: 0, column: 0 },
    title: '',
  }),
  press: async (key: string) => void pressed.push(key),
};

describe.each(VERSIONS)('the hook calls of Claude Code %s', (version) => {
  test('become the logs of four turns', async () => {
    for (const payload of readLines('payloads', version)) await recorder.receive(hookPayload.parse(payload), never);
    const logs = readdirSync(directory).map((name) => log(name.replace('.jsonl', '')));
    const holding = (text: string) => logs.filter((entries) => textOf(entries).includes(text));

    const [tools = []] = holding('There are none.');
    expect(textOf(tools)).toMatch(
      /^I look at the files\.\n\nAnd into one\.\n\nThere are none\.\n\n<!-- paliadin .*-->$/,
    );
    expect(tools.flatMap((entry) => (entry.event === 'tool' ? [`${entry.title} ${entry.status}`] : []))).toEqual([
      'Running a command running',
      'Running a command done',
      'Reading a file running',
      'Reading a file failed',
    ]);
    expect(events(tools).slice(0, 2)).toEqual(['prompt', 'bound']);
    expect(events(tools).at(-1)).toBe('stop');

    const [background = []] = holding('It runs.');
    expect(textOf(background).match(/It runs\./g)).toHaveLength(2);
    expect(events(background).filter((event) => event === 'paused' || event === 'stop')).toEqual(['paused', 'stop']);

    expect(logs.flat().filter(({ event }) => event === 'failure')).toEqual([
      { event: 'failure', code: 'agent_limit', detail: 'API Error: Request rejected (429) · rate_limit_error' },
    ]);
    expect(logs).toHaveLength(4);
  });
});

describe('a prompt that belongs to no turn', () => {
  test('is reported with the next turn, once, and none of its text is kept', async () => {
    await prompt('what the owner asks', { prompt_id: 'own' });
    await display('m', 0, 'secret', true);
    await prompt('<task-notification>done</task-notification>', { prompt_id: 'task' });
    expect(readdirSync(directory)).toEqual([]);
    await prompt();
    await hear('Stop');
    expect(log().flatMap((entry) => (entry.event === 'notice' ? [entry.notice] : []))).toEqual([
      'terminal',
      'background',
    ]);
    const next = '2b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
    await prompt(`[PALIADIN:${next}]\nhello`, { prompt_id: 'p2' });
    expect(events(log(next))).toEqual(['prompt', 'bound']);
  });
});

test('titles made by the recorder are in the user’s language, also after a restart', async () => {
  await prompt(`[PALIADIN:${TURN} locale=de-AT]\nhallo`);
  await hear('PreToolUse', { tool_name: 'Read', tool_use_id: 'r' });
  recorder = new HookRecorder(directory, DENY_ALL);
  await hear('PostToolUse', { tool_name: 'Read', tool_use_id: 'r' });
  await hear('PreCompact');
  expect(log().flatMap((entry) => (entry.event === 'tool' ? [entry.title] : []))).toEqual([
    'Liest eine Datei',
    'Liest eine Datei',
    'Fasst das bisherige Gespräch zusammen',
  ]);
});

describe('text', () => {
  test('is in order and complete before the end, however its pieces arrive', async () => {
    await prompt();
    await display('m', 1, 'two\n');
    await display('m', 0, 'one\n');
    const stopped = hear('Stop');
    await display('m', 2, 'three', true);
    await stopped;
    expect(textOf(log())).toBe('one\ntwo\nthree');
    expect(events(log()).at(-1)).toBe('stop');
    expect(events(log())).not.toContain('gap');
  });

  test('with a missing piece has a gap, and nothing after the gap is moved into it', async () => {
    await prompt();
    await display('m', 0, 'one\n');
    await display('m', 2, 'three', true);
    await hear('Stop');
    expect(textOf(log())).toBe('one\n');
    expect(events(log()).slice(-2)).toEqual(['gap', 'stop']);
  });

  test('of two messages is separated by exactly one blank line', async () => {
    await prompt();
    await display('a', 0, 'one\n', true);
    await display('b', 0, 'two\n\n', true);
    await display('c', 0, 'three', true);
    await display('d', 0, 'four', true);
    expect(textOf(log())).toBe('one\n\ntwo\n\nthree\n\nfour');
  });

  test('of one very long line is split into entries that the log’s reader accepts', async () => {
    await prompt();
    const line = '"🙂\u0000'.repeat(400_000);
    await display('m', 0, 'short\n');
    await display('m', 1, line, true);
    await hear('Stop');
    const read: string[] = [];
    for await (const entry of tail(logFile(directory, TURN), AbortSignal.abort())) read.push(entry);
    expect(textOf(read.flatMap((entry) => parseEntry(entry) ?? []))).toBe(`short\n${line}`);
  });

  test('of a subagent is not the answer', async () => {
    await prompt();
    await hear('MessageDisplay', { message_id: 'h', index: 0, delta: 'for the agent', final: true, agent_id: 'a1' });
    expect(textOf(log())).toBe('');
  });

  test('that reached the token limit ends with a mark', async () => {
    await prompt();
    await display('m', 0, 'half of', true);
    await hear('StopFailure', { error: 'max_output_tokens', last_assistant_message: 'API Error: …' });
    expect(textOf(log())).toBe('half of\n\n[…]');
    expect(log().at(-1)).toMatchObject({ event: 'stop', detail: expect.stringContaining('limit of output tokens') });
  });
});

describe('a prompt', () => {
  test('inside pasted-content tags belongs to the turn', async () => {
    await prompt(`\n\n<pasted_content id="d907">\n[PALIADIN:${TURN} locale=de]\nhello\n</pasted_content id="d907">\n`);
    expect(events(log())).toEqual(['prompt', 'bound']);
  });

  test.each([
    ['the owner’s', 'hello'],
    ['one that speaks of an envelope', `look: [PALIADIN:${TURN}]`],
    ['a note that a task has ended', '<task-notification>\nx'],
  ])('that is %s belongs to no turn', async (_what, text) => {
    await prompt(text);
    await display('m', 0, 'hello', true);
    await hear('Stop');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('with the id of an ended turn belongs to no turn', async () => {
    await prompt();
    await hear('Stop');
    const before = log();
    await prompt(undefined, { prompt_id: 'p2' });
    await hear('MessageDisplay', { prompt_id: 'p2', message_id: 'm', index: 0, delta: 'again', final: true });
    expect(log()).toEqual(before);
  });
});

test('hook calls after the end change nothing', async () => {
  await prompt();
  await hear('Stop');
  const before = log();
  await display('m', 0, 'late', true);
  await hear('Stop');
  expect(log()).toEqual(before);
});

describe('a prompt with the same prompt id as the one before, sent just as that ended,', () => {
  const NEXT = '2b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
  const bash = { tool_name: 'Bash', tool_input: { command: 'ls' }, tool_use_id: 't1' };

  beforeEach(async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt();
    await display('a', 0, 'one', true);
    await hear('Stop');
    await prompt(`[PALIADIN:${NEXT}]\nand now`);
  });

  test.each([
    ['the daemon that heard the one before', false],
    ['a daemon after that one', true],
  ])('has its own answer, and may ask for permission, with %s', async (_which, isAnother) => {
    if (isAnother) recorder = new HookRecorder(directory, ASK);
    await hear('PreToolUse', bash);
    void hear('PermissionRequest', bash);
    expect(events(log(NEXT))).toContain('approval');
    await display('b', 0, 'two', true);
    await hear('Stop');
    expect(textOf(log(NEXT))).toBe('two');
    expect(textOf(log())).toBe('one');
  });
});

describe('a restarted daemon', () => {
  test('continues the turn by the prompt’s id', async () => {
    await prompt();
    await display('a', 0, 'one\n', true);
    recorder = new HookRecorder(directory, DENY_ALL);
    await display('b', 0, 'two', true);
    await hear('Stop');
    expect(textOf(log())).toBe('one\n\ntwo');
  });

  test('notes a gap, since a message may have come while no daemon ran', async () => {
    await prompt();
    await display('a', 0, 'one\n', true);
    recorder = new HookRecorder(directory, DENY_ALL);
    await hear('Stop');
    expect(events(log()).slice(-2)).toEqual(['gap', 'stop']);
  });

  test('notes a gap when part of a message is missing', async () => {
    await prompt();
    await display('a', 0, 'one\n');
    recorder = new HookRecorder(directory, DENY_ALL);
    await display('a', 2, 'three', true);
    await hear('Stop');
    expect(textOf(log())).toBe('one\n');
    expect(events(log()).slice(-2)).toEqual(['gap', 'stop']);
  });
});

describe('a permission', () => {
  const bash = { tool_name: 'Bash', tool_input: { command: 'ls' }, tool_use_id: 't1' };
  const decisionOf = (answer: object) =>
    (answer as { hookSpecificOutput?: { decision: object } }).hookSpecificOutput?.decision;
  const approvalOf = () => {
    const entry = log().find(({ event }) => event === 'approval');
    return entry?.event === 'approval' ? entry : undefined;
  };

  test.each<[string, ApprovalPolicy]>([
    ['lets no gateway decide', DENY_ALL],
    ['lets no gateway allow this tool', { approvals: 'gateway', neverAllow: ['WebFetch', 'Bash'] }],
  ])('is denied in the hook’s answer when the host’s policy %s', async (_what, policy) => {
    recorder = new HookRecorder(directory, policy);
    await prompt();
    await hear('PreToolUse', bash);
    expect(decisionOf(await hear('PermissionRequest', bash))).toMatchObject({ behavior: 'deny' });
    expect(approvalOf()).toBeUndefined();
    expect(log().at(-1)).toMatchObject({ event: 'tool', status: 'failed' });
  });

  test('is not needed for a question, which is asked under every policy', async () => {
    await prompt();
    const input = { questions: [{ question: 'Which?', options: [{ label: 'This' }], multiSelect: false }] };
    const answer = hear('PermissionRequest', { tool_name: 'AskUserQuestion', tool_input: input });
    await recorder.decide(TURN, approvalOf()?.id ?? '', { option: 'answer', answers: { 'Which?': 'This' } }, pane);
    expect(decisionOf(await answer)).toEqual({
      behavior: 'allow',
      updatedInput: { ...input, answers: { 'Which?': 'This' } },
    });
  });

  test('is given for the tool’s own input, unchanged by the decision’s answers', async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt();
    const answer = hear('PermissionRequest', bash);
    const answers = { command: 'rm -rf /' };
    await recorder.decide(TURN, approvalOf()?.id ?? '', { option: 'allow', answers }, pane);
    expect(decisionOf(await answer)).toEqual({ behavior: 'allow', updatedInput: bash.tool_input });
  });

  test('is neither given nor denied for the owner’s own prompt', async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt('hello');
    expect(await hear('PermissionRequest', bash)).toEqual({});
  });

  test('is decided by a user, once', async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt();
    const answer = hear('PermissionRequest', bash);
    const { id = '' } = approvalOf() ?? {};
    await recorder.decide(TURN, id, { option: 'allow' }, pane);
    expect(decisionOf(await answer)).toEqual({ behavior: 'allow', updatedInput: bash.tool_input });
    expect(log().at(-1)).toEqual({ event: 'approval-closed', id });
    await expect(recorder.decide(TURN, id, { option: 'allow' }, pane)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('is closed once it was decided at the terminal, or the agent is gone', async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt();
    const atTerminal = hear('PermissionRequest', bash);
    await hear('PostToolUse', bash);
    expect(await atTerminal).toEqual({});
    const gone = new AbortController();
    const unheard = recorder.receive({ hook_event_name: 'PermissionRequest', prompt_id: 'p1', ...bash }, gone.signal);
    gone.abort();
    expect(await unheard).toEqual({});
    expect(events(log()).filter((event) => event.startsWith('approval'))).toEqual([
      'approval',
      'approval-closed',
      'approval',
      'approval-closed',
    ]);
  });

  test('is denied when the turn is cancelled, before or after it is asked', async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt();
    const answer = hear('PermissionRequest', bash);
    recorder.refuse(TURN);
    expect(decisionOf(await answer)).toMatchObject({ behavior: 'deny', interrupt: true });
    recorder.forget(TURN);
    expect(decisionOf(await hear('PermissionRequest', bash))).toMatchObject({ behavior: 'deny', interrupt: true });
  });

  test('that was asked of a killed daemon can only be denied, with Escape at the dialog', async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt();
    void hear('PermissionRequest', bash);
    const { id: first = '' } = approvalOf() ?? {};
    recorder = new HookRecorder(directory, ASK);
    recorder.adopt(TURN);
    recorder.adopt(TURN);
    const again = log().findLast((entry) => entry.event === 'approval');
    expect(log()).toContainEqual({ event: 'approval-closed', id: first });
    expect(again).toMatchObject({ detail: 'command: ls', options: [{ id: 'deny' }] });
    const id = again?.event === 'approval' ? again.id : '';
    await expect(recorder.decide(TURN, id, { option: 'allow' }, pane)).rejects.toMatchObject({ code: 'conflict' });
    expect(pressed).toEqual([]);
    await recorder.decide(TURN, id, { option: 'deny' }, pane);
    expect(pressed).toEqual(['Escape']);
    expect(log().at(-1)).toEqual({ event: 'approval-closed', id });
    expect(events(log()).filter((event) => event === 'approval')).toHaveLength(2);
  });

  test('with only its dialog left is closed as soon as the agent goes on', async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt();
    void hear('PermissionRequest', bash);
    recorder = new HookRecorder(directory, ASK);
    recorder.adopt(TURN);
    await hear('PostToolUse', bash);
    expect(events(log()).filter((event) => event.startsWith('approval'))).toEqual([
      'approval',
      'approval-closed',
      'approval',
      'approval-closed',
    ]);
  });
});

describe('of two tools that run at once', () => {
  const inside = { tool_name: 'Read', tool_input: { file_path: '/repo/a' }, tool_use_id: 'inside' };
  const outside = { tool_name: 'Read', tool_input: { file_path: '/etc/b' }, tool_use_id: 'outside' };
  /** As real agents ask: without the call’s id. */
  const leave = ({ tool_use_id: _, ...call }: typeof inside & { agent_id?: string }) => hear('PermissionRequest', call);
  const open = () => {
    const closed = log().flatMap((entry) => (entry.event === 'approval-closed' ? [entry.id] : []));
    return log().filter((entry) => entry.event === 'approval' && !closed.includes(entry.id));
  };
  const states = () => log().flatMap((entry) => (entry.event === 'tool' ? [`${entry.id} ${entry.status}`] : []));

  beforeEach(async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt();
  });

  test('the end of one does not close the other’s card', async () => {
    await hear('PreToolUse', inside);
    await hear('PreToolUse', outside);
    const asked = leave(outside);
    await hear('PostToolUse', inside);
    expect(open()).toHaveLength(1);
    await hear('PostToolUse', outside);
    expect(await asked).toEqual({});
    expect(open()).toEqual([]);
  });

  test('the end of a subagent’s call does not close the agent’s own card for the same input', async () => {
    await hear('PreToolUse', outside);
    await hear('PreToolUse', { ...outside, agent_id: 'helper', tool_use_id: 'helpers' });
    void leave(outside);
    void leave({ ...outside, agent_id: 'helper' });
    await hear('PostToolUse', { ...outside, agent_id: 'helper', tool_use_id: 'helpers' });
    expect(open()).toHaveLength(1);
    await hear('PostToolUse', outside);
    expect(open()).toEqual([]);
  });

  test('each of two equal calls closes one card', async () => {
    for (const id of ['first', 'second']) await hear('PreToolUse', { ...outside, tool_use_id: id });
    void leave(outside);
    void leave(outside);
    await hear('PostToolUse', { ...outside, tool_use_id: 'second' });
    expect(open()).toHaveLength(1);
    await hear('PostToolUse', { ...outside, tool_use_id: 'first' });
    expect(open()).toEqual([]);
  });

  test('denying one ends that one only', async () => {
    await hear('PreToolUse', inside);
    await hear('PreToolUse', outside);
    const asked = leave(outside);
    const [card] = open();
    await recorder.decide(TURN, card?.event === 'approval' ? card.id : '', { option: 'deny' }, pane);
    await asked;
    expect(states()).toEqual(['inside running', 'outside running', 'outside failed']);
  });

  test('a denial by the host’s policy ends that one only', async () => {
    recorder = new HookRecorder(directory, DENY_ALL);
    await hear('PreToolUse', inside);
    await hear('PreToolUse', outside);
    await leave(outside);
    expect(states()).toEqual(['inside running', 'outside running', 'outside failed']);
  });

  test('cards are still matched to their tools after a restart', async () => {
    await hear('PreToolUse', inside);
    await hear('PreToolUse', outside);
    void leave(outside);
    recorder = new HookRecorder(directory, ASK);
    recorder.adopt(TURN);
    await hear('PostToolUse', inside);
    expect(open()).toHaveLength(1);
    await hear('PostToolUse', outside);
    expect(open()).toEqual([]);
  });

  test('a card closes when its tool was refused at the terminal and the agent goes on', async () => {
    await display('m1', 0, 'I look.', true);
    await hear('PreToolUse', outside);
    void leave(outside);
    await display('m2', 0, 'I may not.', true);
    expect(open()).toEqual([]);
  });
});

describe('a subagent in the background', () => {
  const helpers = { agent_id: 'helper', tool_name: 'Bash', tool_input: { command: 'ls' } };
  const background = { background_tasks: [{ id: 'helper', type: 'subagent', status: 'running' }] };
  const events = () => log().flatMap(({ event }) => (event.startsWith('approval') ? [event] : []));

  beforeEach(async () => {
    recorder = new HookRecorder(directory, ASK);
    await prompt();
  });

  test('keeps its approval open when the agent stops or another task ends', async () => {
    await hear('PreToolUse', { ...helpers, tool_use_id: 'h' });
    void hear('PermissionRequest', helpers);
    await hear('Stop', background);
    await prompt('<task-notification>done</task-notification>', { prompt_id: 'p2' });
    expect(events()).toEqual(['approval']);
    await hear('SubagentStop', { agent_id: 'helper' });
    expect(events()).toEqual(['approval', 'approval-closed']);
  });

  test('keeps its tools running when the agent itself goes on', async () => {
    await display('m1', 0, 'I ask a helper.', true);
    await hear('PreToolUse', { ...helpers, tool_use_id: 'h' });
    await display('m2', 0, 'It looks.', true);
    await hear('PostToolUse', { ...helpers, tool_use_id: 'h' });
    expect(log().flatMap((entry) => (entry.event === 'tool' ? [entry.status] : []))).toEqual(['running', 'done']);
  });

  test.each(['before', 'after'])('is denied, with a reason, a permission asked %s the turn’s end', async (when) => {
    const asked = when === 'before' ? hear('PermissionRequest', helpers) : null;
    await hear('Stop');
    const answer = await (asked ?? hear('PermissionRequest', helpers));
    expect(answer).toMatchObject({ hookSpecificOutput: { decision: { behavior: 'deny' } } });
    recorder.forget(TURN);
    expect(await hear('PermissionRequest', helpers)).toEqual(answer);
    recorder = new HookRecorder(directory, ASK);
    expect(await hear('PermissionRequest', helpers)).toEqual(answer);
  });
});

describe('the form of an MCP server', () => {
  const schema = { type: 'object', properties: { days: { type: 'integer' } }, required: ['days'] };
  const asks = { mcp_server_name: 'forms', message: 'A reminder', mode: 'form', requested_schema: schema };
  const decide = (option: string, answers?: Record<string, string>) => {
    const card = log().findLast((entry) => entry.event === 'approval');
    const id = card?.event === 'approval' ? card.id : '';
    return recorder.decide(TURN, id, { option, ...(answers && { answers }) }, pane);
  };
  const action = (answer: object) => (answer as { hookSpecificOutput?: { action: string } }).hookSpecificOutput?.action;
  const steps = () => log().flatMap((entry) => (entry.event === 'tool' ? [`${entry.title}: ${entry.status}`] : []));

  test('is a question that any user may answer in their own turn', async () => {
    await prompt();
    const answer = hear('Elicitation', asks);
    await decide('answer', { days: '3' });
    expect(await answer).toEqual({
      hookSpecificOutput: { hookEventName: 'Elicitation', action: 'accept', content: { days: 3 } },
    });
    expect(steps()).toEqual([]);
  });

  test('is declined when the user declines, or gives an answer of the wrong type', async () => {
    await prompt();
    const denied = hear('Elicitation', asks);
    await decide('deny');
    expect(action(await denied)).toBe('decline');
    const wrong = hear('Elicitation', asks);
    await decide('answer', { days: 'many' });
    expect(action(await wrong)).toBe('decline');
    expect(steps()).toEqual(['forms can’t take that answer: failed']);
  });

  test.each([
    ['a page', { ...asks, mode: 'url', url: 'https://example.com' }],
    ['fields in fields', { ...asks, requested_schema: { properties: { a: { type: 'object' } } } }],
    ['more than anybody reads', { ...asks, message: 'x'.repeat(100_000) }],
    [
      'too many questions',
      {
        ...asks,
        requested_schema: { properties: Object.fromEntries([...'abcde'].map((name) => [name, { type: 'boolean' }])) },
      },
    ],
  ])('is declined at once, with a step that says so, when it is %s', async (_what, payload) => {
    await prompt();
    expect(action(await hear('Elicitation', payload))).toBe('decline');
    expect(steps()).toEqual(['forms asks something that can’t be answered here: failed']);
    expect(events(log())).not.toContain('approval');
  });

  test('is cancelled when the turn is cancelled or over', async () => {
    await prompt();
    const answer = hear('Elicitation', asks);
    recorder.refuse(TURN);
    expect(action(await answer)).toBe('cancel');
    expect(action(await hear('Elicitation', asks))).toBe('cancel');
  });

  test('is left to the terminal in the owner’s own prompt', async () => {
    await prompt('hello');
    expect(await hear('Elicitation', asks)).toEqual({});
  });
});

describe('a background task', () => {
  const server = { background_tasks: [{ id: 'b1', type: 'shell', status: 'running' }] };
  const next = '2b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
  const askNext = async () => {
    await prompt(`[PALIADIN:${next}]\nhello`, { prompt_id: 'p2' });
    await hear('Stop', { prompt_id: 'p2', ...server });
  };

  test('is waited for by the turn that started it, and by no later one', async () => {
    await prompt();
    await hear('Stop', server);
    expect(events(log()).at(-1)).toBe('paused');
    await askNext();
    expect(events(log(next)).at(-1)).toBe('stop');
  });

  test('of the owner’s own prompt is not waited for', async () => {
    await prompt('hello', { prompt_id: 'own' });
    await hear('Stop', { prompt_id: 'own', ...server });
    await askNext();
    expect(events(log(next)).at(-1)).toBe('stop');
  });

  test('is known to a daemon after this one, as long as its agent runs', async () => {
    writeAgentRecord(directory, { port: 1, conversation: 'c' });
    await prompt();
    await hear('Stop', server);
    recorder = new HookRecorder(directory, DENY_ALL);
    await askNext();
    expect(events(log(next)).at(-1)).toBe('stop');
    writeAgentRecord(directory, { port: 1, conversation: 'c' });
    expect(readAgentRecord(directory)?.tasks).toBeUndefined();
  });
});

describe('a Stop hook of the owner’s that may make the agent continue', () => {
  test('leaves the turn open, and what comes then belongs to it', async () => {
    recorder = new HookRecorder(directory, DENY_ALL, () => true);
    await prompt();
    await display('m1', 0, 'one', true);
    await hear('Stop');
    await display('m2', 0, 'two', true);
    await hear('Stop');
    expect(textOf(log())).toBe('one\n\ntwo');
    expect(events(log()).filter((event) => event !== 'text')).toEqual(['prompt', 'bound', 'stopping', 'stopping']);
  });
});

describe('a conversation that somebody at the terminal', () => {
  const first = '0b0e4f5c-6d0a-4c57-9a40-2f6d9d1a8a55';
  const other = '1c1e4f5c-6d0a-4c57-9a40-2f6d9d1a8a66';
  const transcriptOf = (id: string) => ({ transcript_path: `/home/.claude/projects/-work/${id}.jsonl` });
  const notices = () => log().flatMap((entry) => (entry.event === 'notice' ? [entry.notice] : []));
  const now = () => conversationNow(readAgentRecord(directory), first);

  beforeEach(() => writeAgentRecord(directory, { port: 1, conversation: first }));

  test('did not change continues', async () => {
    await prompt(undefined, transcriptOf(first));
    expect([now(), notices()]).toEqual([first, []]);
  });

  test('cleared is over; the new one continues, and the user is told', async () => {
    await hear('SessionEnd', { reason: 'other' });
    expect(now()).toBe(first);
    await hear('SessionEnd', { reason: 'clear', ...transcriptOf(first) });
    expect(now()).toBeNull();
    await prompt(undefined, transcriptOf(other));
    expect([now(), notices()]).toEqual([other, ['new-conversation']]);
    expect(conversationNow(readAgentRecord(directory), 'of another session')).toBe('of another session');
  });

  test('replaced by another continues as that one, whoever asks first', async () => {
    await prompt('hello', { prompt_id: 'own', ...transcriptOf(other) });
    await prompt(undefined, transcriptOf(other));
    expect([now(), notices()]).toEqual([other, ['new-conversation', 'terminal']]);
  });

  test.each(['../../x', 'x', ''])('can’t be set to the id %o by an agent', async (id) => {
    await prompt(undefined, transcriptOf(id));
    expect(now()).toBe(first);
  });
});

describe('a message', () => {
  test('after another without a tool between may be its repetition', async () => {
    await prompt();
    await display('m1', 0, 'Half of', true);
    await display('m2', 0, 'All of it.', true);
    expect(events(log())).toContain('again');
  });

  test('after a tool is not; and a tool without a result by then was refused', async () => {
    await prompt();
    await display('m1', 0, 'I look.', true);
    await hear('PreToolUse', { tool_name: 'Bash', tool_use_id: 't1', tool_input: {} });
    await display('m2', 0, 'I may not.', true);
    expect(events(log())).not.toContain('again');
    expect(events(log()).slice(-2)).toEqual(['tool', 'text']);
    expect(log().at(-2)).toMatchObject({ id: 't1', status: 'failed' });
  });
});

describe('an agent that calls the hooks itself', () => {
  test('can’t fill the disk with a turn’s text, and the end is still recorded', async () => {
    await prompt();
    for (let index = 0; index < 4; index++) await display('m', index, 'x'.repeat(4 * 1024 * 1024));
    await display('m', 4, 'the end', true);
    await hear('Stop');
    expect(statSync(logFile(directory, TURN)).size).toBeLessThan(9 * 1024 * 1024);
    expect(log().at(-1)).toEqual({ event: 'stop' });
  });

  test('can’t fill the disk with steps', async () => {
    await prompt();
    for (let at = 0; at < 17_000; at++) {
      await hear('PreToolUse', { tool_name: 'Bash', tool_use_id: `${at}`, tool_input: {} });
      await hear('PostToolUse', { tool_name: 'Bash', tool_use_id: `${at}` });
    }
    expect(log().length).toBeLessThanOrEqual(50_000);
  });

  test('can’t send names beyond the length limit', () => {
    for (const name of ['prompt_id', 'message_id', 'tool_use_id', 'tool_name', 'agent_id']) {
      const payload = { hook_event_name: 'PreToolUse', prompt_id: 'p', [name]: 'x'.repeat(1_000) };
      expect(hookPayload.safeParse(payload).success, name).toBe(false);
    }
  });
});
