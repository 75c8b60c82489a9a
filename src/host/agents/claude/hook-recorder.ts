/**
 * Writes what the hooks of one session report into the logs of its turns. A prompt that is not ours, such as the
 * owner's at the terminal, is no turn of ours: only the fact that there was one is kept.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { ApprovalPolicy } from '../../../contract/approval-policy.ts';
import { PaliadinError } from '../../../contract/errors.ts';
import { pieces } from '../../../contract/pieces.ts';
import { DENY, type Decision, type TurnNotice } from '../../../contract/turn.ts';
import { reached } from '../../../process/turn-step.ts';
import type { Pane } from '../../tmux/pane.ts';
import { changeAgentRecord, conversationNow, readAgentRecord } from './agent-record.ts';
import { askForm, CANCELLED } from './elicitation.ts';
import { failureOf } from './failure.ts';
import { isEnd, type LogEntry, logFile, readLog } from './log.ts';
import { parsePrompt } from './pasted.ts';
import type { HookPayload } from './payload.ts';
import { askPermission, refused } from './permission.ts';
import { RecordedTurn } from './recorded-turn.ts';
import { readClaude } from './screen.ts';
import { turnOf } from './transcript.ts';

export class HookRecorder {
  readonly #directory: string;
  readonly #policy: ApprovalPolicy;
  readonly #maySendOn: () => boolean;
  readonly #turns = new Map<string, RecordedTurn>();
  /** The turn whose agent has stopped, with background tasks that may make it continue. */
  #paused: RecordedTurn | null = null;
  /** Prompts that belong to no turn of ours. */
  readonly #foreign = new Set<string>();
  /** Prompts whose turns were stopped, or are over: no person is asked for them any more. */
  readonly #closed = new Map<string, 'refused' | 'over'>();
  /** Background tasks, each with the turn that started it. */
  readonly #tasks: Map<string, string>;
  /** What happened since the last turn. */
  readonly #meanwhile = new Set<TurnNotice>();

  /** `maySendOn`: whether a hook of the owner's may make the agent continue when it would stop. */
  constructor(directory: string, policy: ApprovalPolicy, maySendOn = () => false) {
    this.#directory = directory;
    this.#policy = policy;
    this.#maySendOn = maySendOn;
    this.#tasks = new Map(Object.entries(readAgentRecord(directory)?.tasks ?? {}));
  }

  /** Resolves with the reply to the hook. */
  async receive(payload: HookPayload, gone: AbortSignal): Promise<object> {
    if (payload.hook_event_name === 'SessionEnd' && payload.reason === 'clear')
      changeAgentRecord(this.#directory, { now: null });
    if (payload.hook_event_name === 'UserPromptSubmit') {
      this.#followConversation(payload);
      this.#bind(payload);
    }
    const turn = this.#turnOf(payload);
    this.#noteTasks(payload, turn);
    const closed = this.#closed.get(payload.prompt_id ?? '');
    if (closed !== undefined && payload.hook_event_name === 'PermissionRequest') return refused(closed);
    if (closed !== undefined && payload.hook_event_name === 'Elicitation') return CANCELLED;
    if (turn === null) return {};
    reached(turn.turnId, `hook ${payload.hook_event_name}`);
    switch (payload.hook_event_name) {
      case 'MessageDisplay':
        this.#display(turn, payload);
        return {};
      case 'PreToolUse':
        turn.beginTool(payload);
        return {};
      case 'PostToolUse':
        turn.endTool(payload, 'done');
        return {};
      case 'PostToolUseFailure':
        turn.endTool(payload, 'failed');
        return {};
      case 'PreCompact':
        turn.write([{ event: 'tool', id: COMPACTION, title: turn.words.compaction, status: 'running' }]);
        return {};
      case 'PostCompact':
        turn.write([{ event: 'tool', id: COMPACTION, title: turn.words.compaction, status: 'done' }]);
        return {};
      case 'PermissionRequest':
        return askPermission(turn, payload, { policy: this.#policy, gone });
      case 'Elicitation':
        return askForm(turn, payload, gone);
      case 'SubagentStop':
        if (payload.agent_id !== undefined) turn.write(turn.goesOn(payload.agent_id));
        return {};
      case 'Stop':
        await this.#stop(turn, payload);
        return {};
      case 'StopFailure':
        await this.#fail(turn, payload);
        return {};
    }
    return {};
  }

  /** @throws PaliadinError `not_found` if no approval with this id is open. */
  async decide(
    turnId: string,
    approvalId: string,
    decision: Decision,
    pane: Pick<Pane, 'screen' | 'press'>,
  ): Promise<void> {
    const approval = this.#turn(turnId)?.approvals.get(approvalId);
    if (approval === undefined) {
      throw new PaliadinError('not_found', 'this approval is no longer open; look at the terminal');
    }
    if (approval.answer !== null) return approval.answer(decision);
    // Only its dialog is left. Escape refuses any dialog; only a person who sees the dialog may allow it.
    if (decision.option !== DENY)
      throw new PaliadinError('conflict', 'this can be allowed at the agent’s terminal only');
    if (readClaude(await pane.screen()).state === 'dialog') await pane.press('Escape');
    approval.close();
  }

  /** For a resumed turn: its earlier requests have no caller any more, and can only be refused. */
  adopt(turnId: string): void {
    if (this.#turn(turnId) !== undefined) return; // its log is open already
    const file = logFile(this.#directory, turnId);
    const entries = readLog(file);
    const closed = new Set(entries.flatMap((entry) => (entry.event === 'approval-closed' ? [entry.id] : [])));
    const open = entries.filter((entry) => entry.event === 'approval').filter(({ id }) => !closed.has(id));
    const askers = entries.filter((entry) => entry.event === 'asker');
    const promptIds = entries.flatMap((entry) => (entry.event === 'bound' ? [entry.promptId] : []));
    if (open.length === 0 || promptIds.length === 0 || entries.some(isEnd)) return;
    const turn = new RecordedTurn(turnId, file, entries);
    for (const promptId of promptIds) this.#turns.set(promptId, turn);
    for (const { questions: _, ...asked } of open) {
      const id = randomUUID();
      const close = () => {
        if (turn.approvals.delete(id)) turn.write([{ event: 'approval-closed', id }]);
      };
      const { toolUse, call = null, helper } = askers.find(({ approval }) => approval === asked.id) ?? {};
      turn.approvals.add(id, { toolUse, call, helper, answer: null, close });
      const options = asked.options.filter((option) => option.id === DENY);
      turn.write([
        { event: 'approval-closed', id: asked.id },
        { event: 'asker', approval: id, toolUse, call, helper },
        { ...asked, id, options },
      ]);
    }
  }

  /** Refuses what the turn asks, or will ask: it is being stopped. True if it had asked something. */
  refuse(turnId: string): boolean {
    const turn = this.#turn(turnId);
    if (turn !== undefined) this.#close(turn, 'refused');
    return turn?.approvals.answerAll('refused') ?? false;
  }

  #close(closed: RecordedTurn, why: 'refused' | 'over'): void {
    for (const [promptId, turn] of this.#turns) {
      if (turn === closed && !this.#closed.has(promptId)) this.#closed.set(promptId, why);
    }
    dropOldest(this.#closed);
  }

  #turn(turnId: string): RecordedTurn | undefined {
    return [...this.#turns.values()].find((one) => one.turnId === turnId);
  }

  forget(turnId: string): void {
    if (this.#paused?.turnId === turnId) this.#paused = null;
    for (const [promptId, turn] of this.#turns) {
      if (turn.turnId !== turnId) continue;
      this.#close(turn, 'over');
      this.#turns.delete(promptId);
      this.#ignore(promptId); // its later reports belong to no turn
    }
  }

  /** At the terminal the owner may clear the conversation or resume another. That one then continues. */
  #followConversation({ transcript_path: transcript = '' }: HookPayload): void {
    const known = readAgentRecord(this.#directory);
    const conversation = basename(transcript, '.jsonl');
    if (known === null || !CONVERSATION.test(conversation)) return;
    if (conversation === conversationNow(known, known.conversation)) return;
    changeAgentRecord(this.#directory, { now: conversation });
    this.#meanwhile.add('new-conversation');
  }

  /** A task belongs to the turn in which it is first seen. */
  #noteTasks({ background_tasks: tasks = [] }: HookPayload, turn: RecordedTurn | null): void {
    const seen = tasks.filter(({ id }) => !this.#tasks.has(id));
    if (seen.length === 0) return;
    for (const { id } of seen) this.#tasks.set(id, turn?.turnId ?? NOBODYS);
    dropOldest(this.#tasks, MOST_TASKS);
    changeAgentRecord(this.#directory, { tasks: Object.fromEntries(this.#tasks) });
  }

  #bind({ prompt = '', prompt_id: promptId, transcript_path: transcript = '' }: HookPayload): void {
    if (promptId === undefined) return;
    const bound: Extract<LogEntry, { event: 'bound' }> = { event: 'bound', promptId, transcript };
    const goesOn = this.#paused !== null && prompt.startsWith(TASK_NOTIFICATION) ? this.#paused : null;
    // One turn at a time: open requests of an earlier turn are void. If a turn continues, its helpers may still ask.
    for (const turn of this.#turns.values()) if (turn !== goesOn) turn.approvals.closeAll();
    this.#paused = null;
    if (goesOn !== null) {
      goesOn.called = true;
      this.#turns.set(promptId, goesOn);
      goesOn.write([bound]);
      return;
    }
    // If an agent gets a prompt at the moment in which it ends, it reuses the id of the prompt before.
    this.#foreign.delete(promptId);
    this.#closed.delete(promptId);
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
    const turn = new RecordedTurn(turnId, file, [bound]);
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

  #turnOf({ prompt_id: promptId, transcript_path: transcript = '' }: HookPayload): RecordedTurn | null {
    if (promptId === undefined || this.#foreign.has(promptId)) return null;
    const turn = this.#turns.get(promptId) ?? this.#takeUp(promptId) ?? this.#missed(promptId, transcript);
    if (turn === null) this.#ignore(promptId);
    return turn === null || turn.ended ? null : turn;
  }

  /** A turn whose beginning an earlier daemon has recorded. */
  #takeUp(promptId: string): RecordedTurn | null {
    for (const name of readdirSync(this.#directory)) {
      if (!name.endsWith('.jsonl')) continue;
      const turnId = name.slice(0, -'.jsonl'.length);
      const file = logFile(this.#directory, turnId);
      const entries = readLog(file);
      if (!entries.some((entry) => entry.event === 'bound' && entry.promptId === promptId)) continue;
      if (entries.some(isEnd)) {
        this.#closed.set(promptId, 'over');
        dropOldest(this.#closed);
        continue; // a later turn may have the same id
      }
      this.#closed.delete(promptId);
      const turn = new RecordedTurn(turnId, file, entries);
      this.#turns.set(promptId, turn);
      // Hooks between the two daemons were lost, which may include the whole end of the answer.
      turn.write([{ event: 'gap' }]);
      return turn;
    }
    return null;
  }

  /** A turn whose beginning was not recorded: its prompt is in the transcript. */
  #missed(promptId: string, transcript: string): RecordedTurn | null {
    const root = readAgentRecord(this.#directory)?.transcripts;
    const turnId = root === undefined ? null : turnOf({ path: transcript, root }, promptId);
    if (turnId === null) return null;
    const file = logFile(this.#directory, turnId);
    if (readLog(file).some(isEnd)) return null;
    const turn = new RecordedTurn(turnId, file, []);
    turn.text.giveUp();
    this.#turns.set(promptId, turn);
    turn.write([{ event: 'prompt' }, { event: 'bound', promptId, transcript }, { event: 'gap' }]);
    return turn;
  }

  #display(
    turn: RecordedTurn,
    { message_id: id, index, delta = '', final = false, agent_id: helper }: HookPayload,
  ): void {
    if (id === undefined || index === undefined || helper !== undefined) return;
    const entries: LogEntry[] = [];
    if (turn.text.begins({ id })) {
      // The model continues once it has every tool's result: a tool without a report by now was refused.
      entries.push(...turn.goesOn());
      if (!turn.called) entries.push({ event: 'again' });
      turn.called = false;
    }
    const { text, gap } = turn.text.take({ id, index, delta, final });
    // A line may be as long as the answer; a reader of the log skips an entry of that length.
    for (const piece of pieces(text, 0)) entries.push({ event: 'text', delta: piece.text });
    if (gap) entries.push({ event: 'gap' });
    turn.write(entries);
  }

  async #stop(turn: RecordedTurn, { background_tasks: tasks = [] }: HookPayload): Promise<void> {
    // A task that an earlier turn left running is not waited for again.
    const hasTasks = tasks.some(({ id }) => this.#tasks.get(id) === turn.turnId);
    const isSentOn = !hasTasks && this.#maySendOn();
    const entries = await turn.close({ goesOn: hasTasks || isSentOn });
    if (isSentOn) {
      turn.called = true; // a message that follows is not a repetition of the one before
      return turn.write([...entries, { event: 'stopping' }]);
    }
    if (!hasTasks) return this.#end(turn, [...entries, { event: 'stop' }]);
    this.#paused = turn;
    turn.write([...entries, { event: 'paused' }]);
  }

  async #fail(
    turn: RecordedTurn,
    { error = 'unknown', last_assistant_message: said = '' }: HookPayload,
  ): Promise<void> {
    const entries = await turn.close({ goesOn: false });
    const cut = error === 'max_output_tokens' && turn.text.length > 0;
    if (cut) this.#end(turn, [...entries, { event: 'text', delta: CUT_MARK }, { event: 'stop', detail: CUT }]);
    else this.#end(turn, [...entries, failureOf(error, said)]);
  }

  #end(turn: RecordedTurn, entries: LogEntry[]): void {
    this.#close(turn, 'over');
    turn.end(entries);
  }
}

/** An agent can create any number of prompts: only the latest are kept. */
function dropOldest(known: Set<string> | Map<string, unknown>, most = MOST_KNOWN): void {
  for (const oldest of known.keys()) {
    if (known.size <= most) return;
    known.delete(oldest);
  }
}

// Many times more than can be active or still have reports to come.
const MOST_KNOWN = 1_000;
// They are kept in a small file; ten at once are many.
const MOST_TASKS = 100;
/** Stands for the turn of the owner's own prompts. */
const NOBODYS = '';
const CONVERSATION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const COMPACTION = 'compaction';
const TASK_NOTIFICATION = '<task-notification>';
const CUT_MARK = '\n\n[…]';
const CUT = 'the answer was cut: the model’s limit of output tokens was reached';
