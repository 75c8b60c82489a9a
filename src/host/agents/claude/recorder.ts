/**
 * Turns what the hooks of one session tell into the logs of its turns. A prompt that is not ours, as the owner's at the
 * terminal, is no turn of ours: nothing of it is kept but that there was one.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PaliadinError } from '../../../contract/errors.ts';
import { pieces } from '../../../contract/pieces.ts';
import { DENY, type Decision, type TurnNotice } from '../../../contract/turn.ts';
import { type ApprovalPolicy, refusalOf } from '../../approval-policy.ts';
import type { Pane } from '../../tmux/pane.ts';
import { approvalOf } from './approval.ts';
import { failureOf } from './failure.ts';
import { appendToLog, isEnd, type LogEntry, logFile, readLog } from './log.ts';
import { MessageText } from './message-text.ts';
import { parsePrompt } from './pasted.ts';
import type { HookPayload } from './payload.ts';
import { recall } from './place.ts';
import { readClaude } from './screen.ts';
import { toolWords } from './tools.ts';
import { turnOf } from './transcript.ts';
import { type Words, wordsOf } from './words.ts';

export class Recorder {
  readonly #directory: string;
  readonly #policy: ApprovalPolicy;
  readonly #turns = new Map<string, Turn>();
  /** Stopped, with tasks in the background that may make it go on. */
  #paused: Turn | null = null;
  /** Prompts that are known to be nobody's turn. */
  readonly #foreign = new Set<string>();
  /** Prompts whose turns were stopped. */
  readonly #refused = new Set<string>();
  /** What went on since the last turn. */
  readonly #meanwhile = new Set<TurnNotice>();

  constructor(directory: string, policy: ApprovalPolicy) {
    this.#directory = directory;
    this.#policy = policy;
  }

  /** Resolves with what the hook is told. */
  async receive(payload: HookPayload, gone: AbortSignal): Promise<object> {
    if (payload.hook_event_name === 'UserPromptSubmit') this.#bind(payload);
    const asks = payload.hook_event_name === 'PermissionRequest';
    if (asks && this.#refused.has(payload.prompt_id ?? '')) return permission(STOPPED);
    const turn = this.#turnOf(payload);
    if (turn === null) return {};
    switch (payload.hook_event_name) {
      case 'MessageDisplay':
        this.#display(turn, payload);
        return {};
      case 'PreToolUse':
        this.#beginTool(turn, payload);
        return {};
      case 'PostToolUse':
        this.#endTool(turn, payload, 'done');
        return {};
      case 'PostToolUseFailure':
        this.#endTool(turn, payload, 'failed');
        return {};
      case 'PreCompact':
        turn.write([{ event: 'tool', id: COMPACTION, title: turn.words.compaction, status: 'running' }]);
        return {};
      case 'PostCompact':
        turn.write([{ event: 'tool', id: COMPACTION, title: turn.words.compaction, status: 'done' }]);
        return {};
      case 'PermissionRequest':
        return this.#ask(turn, payload, gone);
      case 'Stop':
        await this.#stop(turn, payload);
        return {};
      case 'StopFailure':
        await this.#fail(turn, payload);
        return {};
    }
    return {};
  }

  /** @throws PaliadinError `not_found` where nothing by this id waits. */
  async decide(
    turnId: string,
    approvalId: string,
    decision: Decision,
    pane: Pick<Pane, 'screen' | 'press'>,
  ): Promise<void> {
    const approval = this.#turn(turnId)?.approvals.get(approvalId);
    if (approval === undefined) {
      throw new PaliadinError('not_found', 'this approval does not wait any more; look at the terminal');
    }
    if (approval.answer !== null) return approval.answer(decision);
    // Only its dialog is left. Escape is no to whatever stands there; yes is for somebody who sees it.
    if (decision.option !== DENY)
      throw new PaliadinError('conflict', 'this can be allowed at the agent’s terminal only');
    if (readClaude(await pane.screen()).state === 'dialog') await pane.press('Escape');
    approval.close();
  }

  /** Of a turn that is taken up: who asked before was not heard to the end, and can be refused only. */
  adopt(turnId: string): void {
    if (this.#turn(turnId) !== undefined) return; // it is heard
    const file = logFile(this.#directory, turnId);
    const entries = readLog(file);
    const closed = new Set(entries.flatMap((entry) => (entry.event === 'approval-closed' ? [entry.id] : [])));
    const open = entries.filter((entry) => entry.event === 'approval').filter(({ id }) => !closed.has(id));
    const promptIds = entries.flatMap((entry) => (entry.event === 'bound' ? [entry.promptId] : []));
    if (open.length === 0 || promptIds.length === 0 || entries.some(isEnd)) return;
    const turn = new Turn(turnId, file, entries);
    for (const promptId of promptIds) this.#turns.set(promptId, turn);
    for (const { questions: _, ...asked } of open) {
      const id = randomUUID();
      const close = () => {
        if (turn.approvals.delete(id)) turn.write([{ event: 'approval-closed', id }]);
      };
      turn.approvals.set(id, { tool: undefined, answer: null, close });
      const options = asked.options.filter((option) => option.id === DENY);
      turn.write([
        { event: 'approval-closed', id: asked.id },
        { ...asked, id, options },
      ]);
    }
  }

  /** What the turn asks, or will ask, is refused: it is being stopped. True where it asked something. */
  refuse(turnId: string): boolean {
    for (const [promptId, turn] of this.#turns) if (turn.turnId === turnId) this.#refused.add(promptId);
    const asked = [...(this.#turn(turnId)?.approvals.values() ?? [])].filter(({ answer }) => answer !== null);
    for (const { answer } of asked) answer?.('refused');
    return asked.length > 0;
  }

  #turn(turnId: string): Turn | undefined {
    return [...this.#turns.values()].find((one) => one.turnId === turnId);
  }

  forget(turnId: string): void {
    if (this.#paused?.turnId === turnId) this.#paused = null;
    for (const [promptId, turn] of this.#turns) {
      if (turn.turnId !== turnId) continue;
      this.#turns.delete(promptId);
      this.#ignore(promptId); // what it still tells is nobody's
    }
  }

  #bind({ prompt = '', prompt_id: promptId, transcript_path: transcript = '' }: HookPayload): void {
    if (promptId === undefined) return;
    // One turn at a time: whatever an earlier one still asked is void.
    for (const turn of this.#turns.values()) turn.closeApprovals();
    const bound: Extract<LogEntry, { event: 'bound' }> = { event: 'bound', promptId, transcript };
    const goesOn = this.#paused !== null && prompt.startsWith(TASK_NOTIFICATION) ? this.#paused : null;
    this.#paused = null;
    if (goesOn !== null) {
      goesOn.called = true;
      this.#turns.set(promptId, goesOn);
      goesOn.write([bound]);
      return;
    }
    this.#foreign.delete(promptId);
    const envelope = parsePrompt(prompt)?.envelope;
    if (envelope === undefined) {
      this.#ignore(promptId);
      this.#meanwhile.add(prompt.startsWith(TASK_NOTIFICATION) ? 'background' : 'terminal');
      return;
    }
    const file = logFile(this.#directory, envelope.turnId);
    if (readLog(file).some(isEnd)) return; // somebody typed an old envelope again
    const { turnId, locale } = envelope;
    if (locale !== undefined) bound.locale = locale;
    const turn = new Turn(turnId, file, [bound]);
    this.#turns.set(promptId, turn);
    dropOldest(this.#turns);
    const notices = [...this.#meanwhile].map((notice): LogEntry => ({ event: 'notice', notice }));
    this.#meanwhile.clear();
    turn.write([{ event: 'prompt' }, bound, ...notices]);
  }

  #ignore(promptId: string): void {
    this.#foreign.add(promptId);
    dropOldest(this.#foreign);
  }

  #turnOf({ prompt_id: promptId, transcript_path: transcript = '' }: HookPayload): Turn | null {
    if (promptId === undefined || this.#foreign.has(promptId)) return null;
    const turn = this.#turns.get(promptId) ?? this.#takeUp(promptId) ?? this.#missed(promptId, transcript);
    if (turn === null) this.#ignore(promptId);
    return turn === null || turn.ended ? null : turn;
  }

  /** A turn that a daemon before this one has heard the beginning of. */
  #takeUp(promptId: string): Turn | null {
    for (const name of readdirSync(this.#directory)) {
      if (!name.endsWith('.jsonl')) continue;
      const turnId = name.slice(0, -'.jsonl'.length);
      const file = logFile(this.#directory, turnId);
      const entries = readLog(file);
      if (!entries.some((entry) => entry.event === 'bound' && entry.promptId === promptId)) continue;
      if (entries.some(isEnd)) return null;
      const turn = new Turn(turnId, file, entries);
      this.#turns.set(promptId, turn);
      // Whatever was said between the two daemons nobody has heard, were it the whole answer's end.
      turn.write([{ event: 'gap' }]);
      return turn;
    }
    return null;
  }

  /** A turn whose beginning nobody heard: its prompt is in the transcript. */
  #missed(promptId: string, transcript: string): Turn | null {
    const root = recall(this.#directory)?.transcripts;
    const turnId = root === undefined ? null : turnOf({ path: transcript, root }, promptId);
    if (turnId === null) return null;
    const file = logFile(this.#directory, turnId);
    if (readLog(file).some(isEnd)) return null;
    const turn = new Turn(turnId, file, []);
    turn.text.giveUp();
    this.#turns.set(promptId, turn);
    turn.write([{ event: 'prompt' }, { event: 'bound', promptId, transcript }, { event: 'gap' }]);
    return turn;
  }

  #display(turn: Turn, { message_id: id, index, delta = '', final = false, agent_id: helper }: HookPayload): void {
    if (id === undefined || index === undefined || helper !== undefined) return;
    turn.closeDialogs();
    const entries: LogEntry[] = [];
    if (turn.text.begins({ id })) {
      // The model goes on once it has every tool's result: what is not heard of by now was refused.
      entries.push(...turn.endTools());
      if (!turn.called) entries.push({ event: 'again' });
      turn.called = false;
    }
    const { text, gap } = turn.text.take({ id, index, delta, final });
    // A line may be as long as the answer; a reader of the log passes over an entry of that length.
    for (const piece of pieces(text, 0)) entries.push({ event: 'text', delta: piece.text });
    if (gap) entries.push({ event: 'gap' });
    turn.write(entries);
  }

  #beginTool(turn: Turn, { tool_name: name = '', tool_use_id: id = name }: HookPayload): void {
    turn.called = true;
    const title = toolWords(name, turn.words)?.does;
    if (title === undefined) return;
    turn.tools.set(id, { name, title });
    turn.write([{ event: 'tool', id, title, status: 'running' }]);
  }

  #endTool(turn: Turn, payload: HookPayload, status: 'done' | 'failed'): void {
    const { tool_name: name = '', tool_use_id: id = name, duration_ms: ms = 0 } = payload;
    turn.closeApprovals(name);
    turn.closeDialogs();
    turn.write([{ event: 'ran', tool: name, ms }]);
    turn.write(turn.endTool(id, status));
  }

  async #ask(turn: Turn, payload: HookPayload, gone: AbortSignal): Promise<object> {
    const entry = approvalOf(randomUUID(), payload, turn.words);
    const refusal = refusalOf(this.#policy, entry);
    if (refusal !== null) {
      turn.write(turn.endToolNamed(payload.tool_name));
      return permission({ behavior: 'deny', message: refusal });
    }
    const { promise, resolve } = Promise.withResolvers<Decision | 'refused' | null>();
    const close = () => resolve(null);
    gone.addEventListener('abort', close);
    turn.approvals.set(entry.id, { tool: payload.tool_name, answer: resolve, close });
    turn.write([{ event: 'approval', ...entry }]);
    const decision = await promise;
    turn.approvals.delete(entry.id);
    turn.write([{ event: 'approval-closed', id: entry.id }]);
    if (decision === null) return {};
    if (decision === 'refused') return permission(STOPPED);
    if (decision.option === DENY) turn.write(turn.endToolNamed(payload.tool_name));
    return permission(behaviorOf(decision, payload));
  }

  async #stop(turn: Turn, { background_tasks: tasks = [] }: HookPayload): Promise<void> {
    const entries = await turn.close();
    if (tasks.length > 0) {
      this.#paused = turn;
      return turn.write([...entries, { event: 'paused' }]);
    }
    turn.end([...entries, { event: 'stop' }]);
  }

  async #fail(turn: Turn, { error = 'unknown', last_assistant_message: said = '' }: HookPayload): Promise<void> {
    const entries = await turn.close();
    const cut = error === 'max_output_tokens' && turn.text.length > 0;
    if (cut) turn.end([...entries, { event: 'text', delta: CUT_MARK }, { event: 'stop', detail: CUT }]);
    else turn.end([...entries, failureOf(error, said)]);
  }
}

/** What a person is asked. Without `answer` nobody waits for theirs any more, and only a dialog is left. */
interface Waiting {
  tool: string | undefined;
  answer: ((decision: Decision | 'refused') => void) | null;
  close(): void;
}

/** What is known of a turn while it goes on. */
class Turn {
  readonly turnId: string;
  readonly text: MessageText;
  readonly words: Words;
  /** The tools that run. */
  readonly tools = new Map<string, { name: string; title: string }>();
  /** Whether a tool was called in the message that is under way. */
  called = false;
  readonly approvals = new Map<string, Waiting>();
  ended = false;
  readonly #file: string;
  #room = { entries: MOST_ENTRIES, text: MOST_TEXT };

  constructor(turnId: string, file: string, entries: LogEntry[]) {
    this.turnId = turnId;
    this.#file = file;
    const told = entries.flatMap((entry) => (entry.event === 'text' ? [entry.delta] : [])).join('');
    this.text = new MessageText(told);
    this.words = wordsOf(entries.find((entry) => entry.event === 'bound')?.locale);
    for (const entry of entries) {
      if (entry.event !== 'tool') continue;
      if (entry.status === 'running') this.tools.set(entry.id, { name: '', title: entry.title });
      else this.tools.delete(entry.id);
    }
  }

  /** Nothing, where an agent has said more than any turn has to say. */
  write(entries: LogEntry[]): void {
    this.#room.entries -= entries.length;
    for (const entry of entries) if (entry.event === 'text') this.#room.text -= entry.delta.length;
    if (this.#room.entries >= 0 && this.#room.text >= 0) appendToLog(this.#file, entries);
  }

  end(entries: LogEntry[]): void {
    this.ended = true;
    appendToLog(this.#file, entries);
  }

  /** Those of one tool, or all. */
  closeApprovals(tool?: string): void {
    for (const approval of this.approvals.values()) {
      if (tool === undefined || approval.tool === tool) approval.close();
    }
  }

  /** It goes on: somebody at the terminal has answered. */
  closeDialogs(): void {
    for (const approval of this.approvals.values()) if (approval.answer === null) approval.close();
  }

  /** A tool that nothing was heard of again was refused. */
  endTools(): LogEntry[] {
    return [...this.tools.keys()].flatMap((id) => this.endTool(id, 'failed'));
  }

  endTool(id: string, status: 'done' | 'failed'): LogEntry[] {
    const tool = this.tools.get(id);
    return this.tools.delete(id) && tool !== undefined ? [{ event: 'tool', id, title: tool.title, status }] : [];
  }

  /** Which of several is not said; they ask one after the other. */
  endToolNamed(name: string | undefined): LogEntry[] {
    const id = [...this.tools].find(([, tool]) => tool.name === name)?.[0];
    return id === undefined ? [] : this.endTool(id, 'failed');
  }

  /** What is left to say once the agent has stopped. The last piece of text may still be on its way. */
  async close(): Promise<LogEntry[]> {
    this.closeApprovals();
    const deadline = performance.now() + LAST_TEXT_MS;
    while (!this.text.whole && performance.now() < deadline) await delay(LOOK_MS);
    return [...this.endTools(), ...(this.text.whole ? [] : [{ event: 'gap' } as const])];
  }
}

/** An agent can make up as many prompts as it likes: only the latest are known. */
function dropOldest(known: Set<string> | Map<string, unknown>): void {
  for (const oldest of known.keys()) {
    if (known.size <= MOST_KNOWN) return;
    known.delete(oldest);
  }
}

function behaviorOf(
  { option, message, answers }: Decision,
  { tool_name: tool, tool_input: input = {} }: HookPayload,
): object {
  if (option === DENY) return { behavior: 'deny', message: message ?? DENIED };
  if (answers !== undefined && tool === 'AskUserQuestion')
    return { behavior: 'allow', updatedInput: { ...input, answers } };
  // Without its input a tool that asks by a dialog of its own, as of a plan, goes on asking.
  return { behavior: 'allow', updatedInput: input };
}

function permission(decision: object): object {
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } };
}

// Many times more than are under way, or still told of.
const MOST_KNOWN = 1_000;
// An answer of one line for each word, with a tool between any two of its lines, has fewer.
const MOST_ENTRIES = 50_000;
// Four times the longest answer that is kept.
const MOST_TEXT = 8 * 1024 * 1024;
const COMPACTION = 'compaction';
const STOPPED = { behavior: 'deny', message: 'The person has stopped this.', interrupt: true };
const TASK_NOTIFICATION = '<task-notification>';
const DENIED = 'The person does not want this. Go on without it.';
const CUT_MARK = '\n\n[…]';
const CUT = 'the answer was cut: the model’s limit of output tokens was reached';
// Text came before the stop each time; pieces that overtake one another are some milliseconds apart.
const LAST_TEXT_MS = 200;
const LOOK_MS = 5;
