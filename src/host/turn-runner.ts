/** Runs one turn of a session from the prompt to its end: prepares the agent, writes the journal, types, watches. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LimitFunction } from 'p-limit';
import pTimeout from 'p-timeout';
import type { ApprovalPolicy } from '../contract/approval-policy.ts';
import { composePrompt, type PromptFile } from '../contract/envelope.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { HostPrompt } from '../contract/host.ts';
import type { ApprovalRequest, Decision } from '../contract/turn.ts';
import { reached } from '../process/turn-step.ts';
import { retryUntilHeard } from '../transport/retry-until-heard.ts';
import { agentPane } from './agent-pane.ts';
import type { Driver } from './agents/driver.ts';
import type { TurnPaths } from './agents/paths.ts';
import type { McpAccess } from './app-tools/mcp-access.ts';
import { withoutRefused } from './approval-gate.ts';
import { CANCELLED, type End, failed } from './end.ts';
import type { Isolation } from './isolation/isolation.ts';
import type { Journal } from './journal.ts';
import type { LiveTurn } from './live-turn.ts';
import type { LiveAgent, SessionAgent, ToldOfStop, TypingStep } from './session-agent.ts';
import type { SessionFiles } from './session-files.ts';
import type { TmuxSetup } from './tmux/setup.ts';
import { type TurnEntry, withEnd, withLateAnswer } from './turn-entry.ts';
import { type Looks, readRecord, type TurnWatch, watchTurn } from './watch-turn.ts';

export interface RunnerOptions {
  session: string;
  journal: Journal;
  driver: Driver;
  setup: TmuxSetup;
  /** Path of the tmux server's socket. */
  socket: string;
  isolation: Isolation;
  files: SessionFiles;
  /** A directory for the files to paste. */
  scratch: string;
  /** Limits how many agents start at the same time, over all sessions. */
  starts: LimitFunction;
  /** How the session's agent reaches the application's tools; undefined where it can't. Never rejects. */
  openAppTools?(session: string): Promise<McpAccess | undefined>;
  /** Decides what a gateway may allow here. */
  policy: ApprovalPolicy;
  /** A turn ends after this time without a sign of life from the agent. */
  silenceMs: number;
  /** UTC milliseconds. */
  clock(): number;
  onLate(turnId: string): void;
  /** Reports a failure that no caller is told about: `what` contains no user data. */
  onError(what: string, error: unknown): void;
}

export class TurnRunner {
  /** The agent, in its pane or without one. */
  readonly pane: SessionAgent;
  readonly #options: RunnerOptions;
  /** Still watched after its turn was given up: the answer may come late. */
  #late: { turn: LiveTurn; watch: TurnWatch } | null = null;
  /** Turns whose agent has not reported the usage yet. */
  readonly #counting = new Map<string, Promise<void>>();

  constructor(options: RunnerOptions) {
    this.#options = options;
    const directory = options.journal.agentDirectory(options.session);
    this.pane = options.driver.open?.({ ...options, directory }) ?? agentPane(options);
  }

  get awaitsLateAnswer(): boolean {
    return this.#late !== null;
  }

  /**
   * `begun`: the agent has received a prompt in this conversation.
   * @throws PaliadinError if nothing was submitted to the agent; `ConversationLost` if it would not resume it.
   */
  async deliver(turn: LiveTurn, prompt: HostPrompt, conversation: string, { begun }: { begun: boolean }): Promise<End> {
    const { driver, journal, session } = this.#options;
    const paths = this.pathsOf(turn);
    const attached = await this.#options.files.of(turn.turnId, prompt.attachments ?? []);
    await this.#dropLate();
    const { directory, home } = paths;
    const mcp = prompt.appTools ? await this.#options.openAppTools?.(session) : undefined;
    const files = journal.filesDirectory(session);
    const pane = await this.pane.ready({ session, conversation, directory, home, files, mcp }, turn.stop.signal, {
      onBusy: () => turn.notice('terminal'),
      toolsListed: turn.tools.listed,
      resumes: () => !begun || this.#keeps(conversation),
    });
    reached(turn.turnId, 'agent ready');
    // tmux takes the text into its buffer while the entry is written; the agent gets none of it before.
    const named = driver.takesFiles ? [] : attached;
    const asked = { ...paths, locale: turn.locale, files: attached };
    const loaded = await this.pane.load(compose(prompt, named, driver, paths), asked);
    turn.state = 'delivering';
    try {
      await journal.writeTurn(session, this.#entryOf(turn));
    } catch (error) {
      await loaded.drop();
      throw error;
    }
    reached(turn.turnId, 'delivery in the journal');
    if (turn.stop.signal.aborted) {
      await loaded.drop();
      return CANCELLED;
    }
    const watch = this.#watch(turn, pane);
    try {
      const onStep = (step: TypingStep) => reached(turn.turnId, step);
      await loaded.submit({ heard: Promise.race([watch.received, watch.end]), onStep });
      watch.taken();
    } catch (error) {
      watch.close();
      throw error;
    }
    return this.#see(turn, watch);
  }

  /**
   * Resumes a turn that a killed daemon left open. The agent's own record shows whether it has the prompt and what it
   * answered; nothing is typed.
   */
  async rejoin(turn: LiveTurn, state: 'delivering' | 'running'): Promise<End> {
    turn.state = state;
    const pane = await this.pane.find();
    if (pane === null) return (await readRecord(turn, this.#signals(turn))) ?? lost(turn);
    const watch = this.#watch(turn, pane);
    if (state === 'running' || (await isReceived(turn, watch))) {
      watch.taken();
      return this.#see(turn, watch);
    }
    this.#awaitLate(turn, watch);
    return lost(turn);
  }

  /** Waits again for the answer of a turn that was given up before the daemon was killed. Never rejects. */
  async awaitAgain(turn: LiveTurn): Promise<void> {
    try {
      const pane = await this.pane.find();
      if (pane !== null) this.#awaitLate(turn, this.#watch(turn, pane));
      else await this.#keepLate(turn, await readRecord(turn, this.#signals(turn)));
    } catch (error) {
      this.#options.onError('a late answer is not waited for', error);
    }
  }

  /** Tells the agent what a person decided. @throws PaliadinError `conflict` if only its terminal can answer. */
  async decide(turn: LiveTurn, approval: ApprovalRequest, decision: Decision): Promise<void> {
    const { driver } = this.#options;
    if (driver.decide === undefined || (await this.pane.find()) === null) {
      throw new PaliadinError('conflict', 'this can be answered at the agent’s terminal only');
    }
    await driver.decide({ turn: this.pathsOf(turn), approval, decision, pane: await this.pane.terminal() });
  }

  /** Writes the end into the turn's entry. */
  async record(turn: LiveTurn, end: End): Promise<void> {
    if (turn.state === 'accepted') return; // nothing was typed, nothing is kept: the question can safely be asked again
    const { journal, session, clock, onError } = this.#options;
    const entry = withEnd(this.#entryOf(turn), end, turn.answer, clock());
    await journal.updateTurn(session, entry).catch((error) => onError('the end of a turn was not recorded', error));
    this.#count(entry);
  }

  /** Resolves once the usage of the turn, or of all turns, is recorded, as far as it can be known. */
  async counted(turnId?: string): Promise<void> {
    await (turnId === undefined ? Promise.all(this.#counting.values()) : this.#counting.get(turnId));
  }

  #count(entry: TurnEntry): void {
    const counted = this.#recordCost(entry)
      .catch((error) => this.#options.onError('what a turn took was not recorded', error))
      .finally(() => this.#counting.delete(entry.turnId));
    this.#counting.set(entry.turnId, counted);
  }

  /** The agent reports its usage a moment after its answer; nobody waits for that. */
  async #recordCost(entry: TurnEntry): Promise<void> {
    const { driver, journal, session } = this.#options;
    const cost = await driver.cost?.(this.pathsOf(entry));
    if (!cost) return;
    const { inputTokens, cachedTokens, outputTokens } = cost;
    await journal.writeTurn(session, { ...entry, inputTokens: inputTokens + cachedTokens, outputTokens, cost });
  }

  /** Whether an agent that is started now would resume the conversation. */
  #keeps(conversation: string): boolean {
    const { driver, journal, session, isolation } = this.#options;
    const home = isolation.prepare(session);
    return driver.keeps({ session, conversation, directory: journal.agentDirectory(session), home });
  }

  /**
   * Ends the agent to save memory; false if somebody is attached to it, or it is busy with work of its own. Its
   * conversation continues with the next question.
   */
  async hibernate(): Promise<boolean> {
    // An agent has not yet written down its latest answer, and would forget it.
    await Promise.all(this.#counting.values());
    if (await this.pane.watched()) return false;
    // An agent whose turn was given up may hang: others need not wait for it.
    const isBusy = (await this.pane.look())?.state === 'busy';
    if (isBusy && !this.awaitsLateAnswer) return false;
    await this.end();
    return true;
  }

  /** Ends the agent and everything that watches it. */
  async end(): Promise<void> {
    this.#late?.watch.close();
    this.#late = null;
    await this.pane.end();
  }

  pathsOf({ turnId, nonce }: { turnId: string; nonce: string }): TurnPaths {
    const { journal, session, isolation } = this.#options;
    return { turnId, nonce, directory: journal.agentDirectory(session), home: isolation.homeOf(session) };
  }

  #watch(turn: LiveTurn, pane: LiveAgent): TurnWatch {
    const { driver, journal, session, silenceMs, onError } = this.#options;
    const watch = watchTurn(turn, pane, this.#signals(turn), { silenceMs, ...looks(driver, turn) });
    watch.received
      .then(() => Promise.race([delay(EVIDENCE_SOON_MS), watch.end]))
      .then((end) => {
        // A turn that was given up stays so, whatever the agent shows later.
        if (end === undefined && this.#late?.watch !== watch) return journal.updateTurn(session, this.#entryOf(turn));
      })
      .catch((error) => onError('the evidence of a delivery was not recorded', error));
    return watch;
  }

  #signals(turn: LiveTurn) {
    const { driver, policy, onError } = this.#options;
    return (stop: AbortSignal) =>
      withoutRefused(driver.watch(this.pathsOf(turn), stop), policy, (approval, denial, waits) => {
        void retryUntilHeard(() => this.decide(turn, approval, denial), {
          isOver: () => stop.aborted || !waits(),
          onError: (error) => onError('the agent was not told that it may not do something', error),
        });
      });
  }

  async #see(turn: LiveTurn, watch: TurnWatch): Promise<End> {
    const end = await Promise.race([watch.end, stopped(turn)]);
    if (end === 'stopped') {
      // A request that it is about to make would stay open, and block the next question.
      await this.pane.interrupt(this.#stop(turn, watch));
      watch.close();
      const last = await watch.last;
      return last?.state === 'done' ? last : CANCELLED;
    }
    if (end.code === 'timeout') this.#awaitLate(turn, watch);
    // An agent may ask what to do now, or continue by itself once the limit is over.
    if (end.code === 'agent_limit') await this.pane.interrupt({ over: NEVER, working: false, refused: false });
    return end;
  }

  #awaitLate(turn: LiveTurn, watch: TurnWatch): void {
    this.#late = { turn, watch };
    const keep = async () => {
      const end = await watch.last;
      if (this.#late?.watch === watch) this.#late = null;
      await this.#keepLate(turn, end);
    };
    keep().catch((error) => this.#options.onError('a late answer was not recorded', error));
  }

  async #keepLate(turn: LiveTurn, end: End | null): Promise<void> {
    const { journal, session, onLate } = this.#options;
    const entry = await journal.readTurn(session, turn.turnId);
    if (end?.state !== 'done' || entry === null) return;
    const late = withLateAnswer(entry, end, turn.answer);
    await journal.writeTurn(session, late);
    this.#count(late);
    onLate(turn.turnId);
  }

  /** A new question matters more than the missing answer. */
  async #dropLate(): Promise<void> {
    if (this.#late === null) return;
    const { turn, watch } = this.#late;
    this.#late = null;
    await this.pane.interrupt(this.#stop(turn, watch));
    watch.close();
  }

  #stop(turn: LiveTurn, { last: over }: TurnWatch): ToldOfStop | undefined {
    const refused = this.#options.driver.refuse?.(this.pathsOf(turn));
    return refused === undefined ? undefined : { over, refused, working: turn.begun };
  }

  #entryOf(turn: LiveTurn): TurnEntry {
    const { turnId, digest, nonce, acceptedAt, fence, locale, state, changedFrom } = turn;
    return {
      ...(changedFrom === null ? {} : { changedFrom }),
      turnId,
      digest,
      nonce,
      acceptedAt,
      fence,
      locale,
      state: state === 'running' ? state : 'delivering',
      endedAt: null,
      answer: '',
      code: null,
      detail: null,
      inputTokens: null,
      outputTokens: null,
      late: false,
    };
  }
}

function looks({ rests, progress }: Driver, { locale }: LiveTurn): Looks {
  return {
    ...(rests ? { rests } : {}),
    ...(progress ? { progress: (screen) => progress(screen, locale ?? null) } : {}),
  };
}

function compose(prompt: HostPrompt, files: PromptFile[], driver: Driver, paths: TurnPaths): string {
  const { turnId, pageOrigin, locale, message, context, earlier } = prompt;
  const envelope = { turnId, pageOrigin, locale, ...driver.envelope(paths) };
  const text = composePrompt(envelope, message, context, earlier, files);
  return driver.inputEscape?.escape(text) ?? text;
}

/** The agent may end before its record shows the prompt; any other reason for the watch's end is no evidence. */
async function isReceived(turn: LiveTurn, watch: TurnWatch): Promise<boolean> {
  const seen: Promise<unknown> = Promise.race([watch.received, watch.end]);
  await pTimeout(seen, { milliseconds: EVIDENCE_MS, message: false });
  return turn.state === 'running';
}

function stopped(turn: LiveTurn): Promise<'stopped'> {
  const { promise, resolve } = Promise.withResolvers<'stopped'>();
  turn.stop.signal.addEventListener('abort', () => resolve('stopped'));
  if (turn.stop.signal.aborted) resolve('stopped');
  return promise;
}

/** It is unknown whether the agent has the prompt; or it has it and is gone. */
function lost(turn: LiveTurn): End {
  if (turn.state === 'running') return failed('agent_stopped', 'agent and daemon ended together');
  return { ...failed('outcome_unknown', 'the daemon ended while it typed the prompt'), state: 'unknown' };
}

const NEVER = new Promise<never>(() => {});
// The agent's own record is evidence enough for this moment; a turn that is over by then needs no `running` entry.
const EVIDENCE_SOON_MS = 100;
// An agent that has the prompt shows it within 0.4 s of Enter; after a restart it has had more time already.
const EVIDENCE_MS = 3_000;
