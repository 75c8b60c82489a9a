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
import { approvalOf } from './approval.ts';
import { failureOf } from './failure.ts';
import { appendToLog, isEnd, type LogEntry, logFile, readLog } from './log.ts';
import { MessageText } from './message-text.ts';
import { parsePrompt } from './pasted.ts';
import type { HookPayload } from './payload.ts';
import { toolWords } from './tools.ts';
import { type Words, wordsOf } from './words.ts';

export class Recorder {
  readonly #directory: string;
  /** Whether a person is asked for what the agent may not do by itself. */
  readonly #asks: boolean;
  readonly #turns = new Map<string, Turn>();
  /** Stopped, with tasks in the background that may make it go on. */
  #paused: Turn | null = null;
  /** Prompts that are known to be nobody's turn. */
  readonly #foreign = new Set<string>();
  /** What went on since the last turn. */
  readonly #meanwhile = new Set<TurnNotice>();

  constructor(directory: string, options: { asks: boolean }) {
    this.#directory = directory;
    this.#asks = options.asks;
  }

  /** Resolves with what the hook is told. */
  async receive(payload: HookPayload, gone: AbortSignal): Promise<object> {
    if (payload.hook_event_name === 'UserPromptSubmit') this.#bind(payload);
    const turn = this.#turnOf(payload.prompt_id);
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
  decide(turnId: string, approvalId: string, decision: Decision): void {
    const turn = [...this.#turns.values()].find((one) => one.turnId === turnId);
    const answer = turn?.approvals.get(approvalId)?.answer;
    if (answer === undefined) {
      throw new PaliadinError('not_found', 'this approval does not wait any more; look at the terminal');
    }
    answer(decision);
  }

  forget(turnId: string): void {
    if (this.#paused?.turnId === turnId) this.#paused = null;
    for (const [promptId, turn] of this.#turns) if (turn.turnId === turnId) this.#turns.delete(promptId);
  }

  #bind({ prompt = '', prompt_id: promptId, transcript_path: transcript = '' }: HookPayload): void {
    if (promptId === undefined) return;
    // One turn at a time: whatever an earlier one still asked is void.
    for (const turn of this.#turns.values()) turn.closeApprovals();
    const bound: Extract<LogEntry, { event: 'bound' }> = { event: 'bound', promptId, transcript };
    const goesOn = this.#paused !== null && prompt.startsWith(TASK_NOTIFICATION) ? this.#paused : null;
    this.#paused = null;
    if (goesOn !== null) {
      this.#turns.set(promptId, goesOn);
      goesOn.write([bound]);
      return;
    }
    const envelope = parsePrompt(prompt)?.envelope;
    if (envelope === undefined) {
      this.#foreign.add(promptId);
      this.#meanwhile.add(prompt.startsWith(TASK_NOTIFICATION) ? 'background' : 'terminal');
      return;
    }
    const file = logFile(this.#directory, envelope.turnId);
    if (readLog(file).some(isEnd)) return; // somebody typed an old envelope again
    const { turnId, locale } = envelope;
    if (locale !== undefined) bound.locale = locale;
    const turn = new Turn(turnId, file, [bound]);
    this.#turns.set(promptId, turn);
    const notices = [...this.#meanwhile].map((notice): LogEntry => ({ event: 'notice', notice }));
    this.#meanwhile.clear();
    turn.write([{ event: 'prompt' }, bound, ...notices]);
  }

  #turnOf(promptId: string | undefined): Turn | null {
    if (promptId === undefined || this.#foreign.has(promptId)) return null;
    const turn = this.#turns.get(promptId) ?? this.#takeUp(promptId);
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
      return turn;
    }
    this.#foreign.add(promptId);
    return null;
  }

  #display(turn: Turn, { message_id: id, index, delta = '', final = false, agent_id: helper }: HookPayload): void {
    if (id === undefined || index === undefined || helper !== undefined) return;
    const { text, gap } = turn.text.take({ id, index, delta, final });
    const entries: LogEntry[] = [];
    // A line may be as long as the answer; a reader of the log passes over an entry of that length.
    for (const piece of pieces(text, 0)) entries.push({ event: 'text', delta: piece.text });
    if (gap) entries.push({ event: 'gap' });
    turn.write(entries);
  }

  #beginTool(turn: Turn, { tool_name: name = '', tool_use_id: id = name }: HookPayload): void {
    const title = toolWords(name, turn.words)?.does;
    if (title === undefined) return;
    turn.tools.set(id, title);
    turn.write([{ event: 'tool', id, title, status: 'running' }]);
  }

  #endTool(turn: Turn, payload: HookPayload, status: 'done' | 'failed'): void {
    const { tool_name: name = '', tool_use_id: id = name, duration_ms: ms = 0 } = payload;
    turn.closeApprovals(name);
    turn.write([{ event: 'ran', tool: name, ms }]);
    const title = turn.tools.get(id);
    if (title === undefined) return;
    turn.tools.delete(id);
    turn.write([{ event: 'tool', id, title, status }]);
  }

  async #ask(turn: Turn, payload: HookPayload, gone: AbortSignal): Promise<object> {
    if (!this.#asks) return permission({ behavior: 'deny', message: NOBODY });
    const { event: _, ...entry } = {
      event: 'approval',
      ...approvalOf(randomUUID(), payload, turn.words),
    };
    const { promise, resolve } = Promise.withResolvers<Decision | null>();
    const close = () => resolve(null);
    gone.addEventListener('abort', close);
    turn.approvals.set(entry.id, { tool: payload.tool_name, answer: resolve, close });
    turn.write([{ event: 'approval', ...entry }]);
    const decision = await promise;
    turn.approvals.delete(entry.id);
    turn.write([{ event: 'approval-closed', id: entry.id }]);
    return decision === null ? {} : permission(behaviorOf(decision, payload));
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

/** What is known of a turn while it goes on. */
class Turn {
  readonly turnId: string;
  readonly text: MessageText;
  readonly words: Words;
  /** Titles of the tools that run. */
  readonly tools = new Map<string, string>();
  readonly approvals = new Map<string, { tool: string | undefined; answer(decision: Decision): void; close(): void }>();
  ended = false;
  readonly #file: string;

  constructor(turnId: string, file: string, entries: LogEntry[]) {
    this.turnId = turnId;
    this.#file = file;
    const told = entries.flatMap((entry) => (entry.event === 'text' ? [entry.delta] : [])).join('');
    this.text = new MessageText(told);
    this.words = wordsOf(entries.find((entry) => entry.event === 'bound')?.locale);
    for (const entry of entries) {
      if (entry.event !== 'tool') continue;
      if (entry.status === 'running') this.tools.set(entry.id, entry.title);
      else this.tools.delete(entry.id);
    }
  }

  write(entries: LogEntry[]): void {
    appendToLog(this.#file, entries);
  }

  end(entries: LogEntry[]): void {
    this.ended = true;
    this.write(entries);
  }

  /** Those of one tool, or all. */
  closeApprovals(tool?: string): void {
    for (const approval of this.approvals.values()) {
      if (tool === undefined || approval.tool === tool) approval.close();
    }
  }

  /** A tool that nothing was heard of again was refused. */
  endTools(): LogEntry[] {
    const entries = [...this.tools].map(([id, title]): LogEntry => ({ event: 'tool', id, title, status: 'failed' }));
    this.tools.clear();
    return entries;
  }

  /** What is left to say once the agent has stopped. The last piece of text may still be on its way. */
  async close(): Promise<LogEntry[]> {
    this.closeApprovals();
    const deadline = performance.now() + LAST_TEXT_MS;
    while (!this.text.whole && performance.now() < deadline) await delay(LOOK_MS);
    return [...this.endTools(), ...(this.text.whole ? [] : [{ event: 'gap' } as const])];
  }
}

function behaviorOf({ option, message, answers }: Decision, { tool_input: input = {} }: HookPayload): object {
  if (option === DENY) return { behavior: 'deny', message: message ?? DENIED };
  if (answers !== undefined) return { behavior: 'allow', updatedInput: { ...input, answers } };
  return { behavior: 'allow' };
}

function permission(decision: object): object {
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } };
}

const COMPACTION = 'compaction';
const TASK_NOTIFICATION = '<task-notification>';
const NOBODY = 'Nobody can be asked. Go on without it, or say in your answer what is missing.';
const DENIED = 'The person does not want this. Go on without it.';
const CUT_MARK = '\n\n[…]';
const CUT = 'the answer was cut: the model’s limit of output tokens was reached';
// Text came before the stop each time; pieces that overtake one another are some milliseconds apart.
const LAST_TEXT_MS = 200;
const LOOK_MS = 5;
