/**
 * What Claude Code reports about one turn: the log of its hooks, and its transcript if hooks were not received. The log
 * is earlier; the transcript is read when the log is silent, and for text that the log lacks.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TurnCost } from '../../../contract/turn-cost.ts';
import type { AgentSignal } from '../driver.ts';
import { signalOf } from '../signal-of.ts';
import { tail } from '../tail.ts';
import { costOf } from './cost.ts';
import { failureOf } from './failure.ts';
import { type LogEntry, parseEntry } from './log.ts';
import { isComplete, openTranscript, sizeOf, type Transcript, type TurnRecord, textOf } from './transcript.ts';

export interface WatchedTurn {
  turnId: string;
  /** The turn's log. */
  log: string;
  /** The path of the conversation's transcript, which may not exist yet; null if unknown. */
  transcript(): string | null;
  /** The directory above the transcripts: `ConversationPlace.root`. */
  transcripts: string;
  /** Aborts when the turn is being stopped: only the transcript reports that, and a person waits for it. */
  stopping: AbortSignal;
  /** The agent has answered, and no hook was received. */
  onDeaf(): void;
  /** Other times, for tests. */
  times?: Partial<typeof TIMES>;
  /** The turn is over: `cost` returns what it took, once the transcript has it. */
  onEnd(cost: () => Promise<TurnCost | null>): void;
}

export async function* watchClaude(turn: WatchedTurn, signal: AbortSignal): AsyncGenerator<AgentSignal> {
  const state = new WatchState(turn);
  const over = new AbortController();
  let hurry = Promise.withResolvers<'tick'>();
  const lines = tail(turn.log, AbortSignal.any([signal, over.signal]));
  let nextLine = lines.next();
  const nextTick = () =>
    delay(turn.stopping.aborted || state.looksOften ? LOOK_MS : state.times.quietMs, 'tick' as const, {
      signal: over.signal,
      ref: false,
    });
  let tick = nextTick();
  turn.stopping.addEventListener('abort', () => hurry.resolve('tick'), { signal: over.signal });
  try {
    for (;;) {
      const happened = await Promise.race([nextLine, tick, hurry.promise]);
      if (happened === 'tick') {
        tick = nextTick();
        hurry = Promise.withResolvers();
        yield* state.look(false);
      } else if (happened.done) {
        yield* state.look(true);
        return;
      } else {
        nextLine = lines.next();
        const entry = parseEntry(happened.value);
        if (entry !== null) yield* state.take(entry);
        if (state.looksOften) hurry.resolve('tick');
      }
      if (state.over) return;
    }
  } finally {
    tick.catch(() => {}); // nobody waits for these any more
    nextLine.catch(() => {});
    over.abort();
    if (state.over) turn.onEnd(() => state.cost());
  }
}

class WatchState {
  over = false;
  readonly times: typeof TIMES;
  readonly #turn: WatchedTurn;
  #received = false;
  #told = '';
  #gap = false;
  #again = false;
  /** When the log last had a new entry; and when the pause began. */
  #heardAt = performance.now();
  #pausedAt: number | null = null;
  /**
   * How many times the agent has stopped; and whether it has stopped now, unless a hook of the owner’s makes it
   * continue.
   */
  #stops = 0;
  #isStopping = false;
  /** Open requests to a person, or to somebody at the terminal. */
  readonly #asked = new Set<string>();
  #grewAt = performance.now();
  #path: string | null = null;
  #transcript: Transcript | null = null;
  #promptIds: string[] = [];
  readonly #ran: { tool: string; ms: number }[] = [];
  readonly #size: number;

  constructor(turn: WatchedTurn) {
    this.#turn = turn;
    this.times = { ...TIMES, ...turn.times };
    const path = turn.transcript();
    this.#size = path === null ? 0 : sizeOf({ path, root: turn.transcripts });
  }

  /** Reads the transcript more often: only it has what comes next, and somebody waits for it. */
  get looksOften(): boolean {
    return this.#isStopping;
  }

  async *take(entry: LogEntry): AsyncGenerator<AgentSignal> {
    this.#heardAt = performance.now();
    this.#isStopping = false;
    // After the turn's agent has stopped, a helper may still work; its entries are a sign of that.
    if (this.#pausedAt !== null) this.#pausedAt = OF_HELPERS.has(entry.event) ? this.#heardAt : null;
    switch (entry.event) {
      case 'bound':
        this.#follow(entry.promptId, entry.transcript);
        return;
      case 'asker':
        return;
      case 'ran':
        this.#ran.push(entry);
        return;
      case 'notice':
        yield { type: 'notice', notice: entry.notice };
        return;
      case 'gap':
        this.#gap = true;
        return;
      case 'again':
        this.#again = true;
        return;
      case 'paused':
        this.#pausedAt = performance.now();
        return;
      case 'text':
        this.#told += entry.delta;
        break;
      case 'approval':
        this.#asked.add(entry.id);
        break;
      case 'approval-closed':
        this.#asked.delete(entry.id);
        break;
      case 'stopping':
        this.#stops++;
        this.#isStopping = true;
        return;
      case 'stop':
        return yield* this.#stop(signalOf(entry));
      case 'failure':
      case 'interrupted':
        this.over = true;
        break;
      case 'prompt':
        this.#received = true;
        break;
    }
    yield signalOf(entry);
  }

  /** Reads the transcript. `last`: no later read follows, so its content now is final. */
  async *look(last: boolean): AsyncGenerator<AgentSignal> {
    const now = performance.now();
    const isQuiet = now - this.#heardAt >= this.times.quietMs;
    if (!last && !this.#turn.stopping.aborted && !this.#isStopping && !isQuiet) return;
    const record = this.#read()?.record ?? null;
    if (this.#isStopping && (last || (record !== null && record.stops >= this.#stops && isComplete(record)))) {
      return yield* this.#stop(STOPPED);
    }
    if (record === null || (this.#isStopping && !isQuiet)) return;
    if (record.seen && !this.#received) {
      this.#received = true;
      yield { type: 'received' };
    }
    if (record.interrupted) return yield* this.#end({ type: 'interrupted' });
    if (!last && (this.#isStopping || this.#asked.size > 0)) return;
    const settled = last || now - this.#grewAt >= this.times.settledMs;
    if (this.#pausedAt !== null && (last || now - this.#pausedAt >= this.times.backgroundMs)) {
      yield* this.#rest(record);
      return yield* this.#end({ ...STOPPED, detail: 'a task of the agent still ran in the background' });
    }
    if (this.#pausedAt !== null || !settled || !record.seen) return;
    if (record.failure !== null) {
      const { event: _, ...failure } = failureOf(record.failure.kind, record.failure.said);
      return yield* this.#end({ type: 'failed', ...failure });
    }
    if (!isComplete(record)) return;
    if (this.#promptIds.length === 0) this.#turn.onDeaf();
    yield* this.#rest(record);
    yield* this.#finish(STOPPED);
  }

  async cost(): Promise<TurnCost | null> {
    const record = await this.#complete();
    return record === null || record.messages.length === 0 ? null : costOf(record, this.#ran);
  }

  async *#stop(stopped: AgentSignal): AsyncGenerator<AgentSignal> {
    if (this.#gap || this.#again || this.#told === '') {
      const record = await this.#complete();
      if (record !== null) yield* this.#rest(record);
    }
    yield* this.#finish(stopped);
  }

  *#finish(stopped: AgentSignal): Generator<AgentSignal> {
    const wordless = { type: 'failed', code: 'agent_error', detail: 'the agent ended without a word' } as const;
    yield* this.#end(this.#told === '' ? wordless : stopped);
  }

  *#end(signal: AgentSignal): Generator<AgentSignal> {
    this.over = true;
    yield signal;
  }

  /** The part of the answer that was not emitted; or all of it, if a failed message was repeated. */
  *#rest(record: TurnRecord): Generator<AgentSignal> {
    const text = textOf(record);
    const told = this.#told;
    if (text === '' || text === told) return;
    // Before the end of a turn, the transcript may have less than was emitted.
    if (!text.startsWith(told) && !isComplete(record)) return;
    this.#told = text;
    if (text.startsWith(told)) yield { type: 'text', delta: text.slice(told.length) };
    else yield { type: 'answer', text };
  }

  /** A message reaches the transcript about 0.1 s after its end. */
  async #complete(): Promise<TurnRecord | null> {
    for (let tries = 0; tries < TRANSCRIPT_MS / LOOK_MS; tries++) {
      await delay(LOOK_MS); // reading takes a while, and the end of the turn is reported first
      const record = this.#read()?.record ?? null;
      if (record !== null && (isComplete(record) || record.failure !== null || record.interrupted)) return record;
    }
    return this.#read()?.record ?? null;
  }

  #follow(promptId: string, path: string): void {
    if (path !== '' && path !== this.#path) {
      this.#path = path;
      this.#transcript = null;
    }
    this.#promptIds.push(promptId);
    this.#transcript?.follow(promptId);
  }

  #read(): { record: TurnRecord } | null {
    if (this.#transcript === null) {
      const path = this.#path ?? this.#turn.transcript();
      if (path === null) return null;
      // A turn that is watched from its beginning starts after the existing content; a resumed one, before it.
      const from = Math.max(0, this.#size - BEFORE_BYTES);
      this.#transcript = openTranscript({ path, root: this.#turn.transcripts }, this.#turn.turnId, from);
      for (const promptId of this.#promptIds) this.#transcript.follow(promptId);
    }
    const { record, grew } = this.#transcript.read();
    if (grew) this.#grewAt = performance.now();
    return { record };
  }
}

/** Log entries of helpers: they may continue when the agent itself has stopped. */
const OF_HELPERS: ReadonlySet<LogEntry['event']> = new Set(['tool', 'ran', 'asker', 'approval', 'approval-closed']);
const STOPPED = { type: 'stopped', inputTokens: null, outputTokens: null } as const;
const TIMES = {
  // Hooks arrive within milliseconds. Between two of them a model may think for minutes: then the transcript has
  // nothing new.
  quietMs: 1_000,
  // The transcript has the same content as the hooks, half a second later at most.
  settledMs: 1_500,
  // A turn does not wait for ever for a task that the agent leaves running, such as a server.
  backgroundMs: 30_000,
};
// Waited for only if something is missing: a busy machine takes seconds.
const TRANSCRIPT_MS = 10_000;
const LOOK_MS = 50;
// Longer than any one turn, and read in about ten milliseconds.
const BEFORE_BYTES = 16 * 1024 * 1024;
