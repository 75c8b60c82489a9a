/** Watches a turn until it ends, for the first reason that occurs: the agent reports it, dies, rests, or is silent. */
import type { ToolProgress } from '../contract/turn.ts';
import { reached } from '../process/turn-step.ts';
import type { AgentSignal, Driver } from './agents/driver.ts';
import { CANCELLED, type End, failed } from './end.ts';
import type { LiveTurn } from './live-turn.ts';
import type { LiveAgent } from './session-agent.ts';
import type { Screen } from './tmux/pane.ts';

export interface TurnWatch {
  /** The agent has the prompt. */
  readonly received: Promise<void>;
  /** The first reason for which the turn is over. */
  readonly end: Promise<End>;
  /** What the agent itself reported at the end, if it did: after a silence, a late answer. */
  readonly last: Promise<End | null>;
  /** The prompt was taken: an agent that rests from now on has nothing more to say. */
  taken(): void;
  /** Stops watching. */
  close(): void;
}

/** What can be seen on the screen. */
export interface Looks extends Pick<Driver, 'rests'> {
  progress?(screen: Screen): ToolProgress | null;
}
type Signals = (stop: AbortSignal) => AsyncIterable<AgentSignal>;

export function watchTurn(
  turn: LiveTurn,
  pane: LiveAgent,
  signals: Signals,
  options: { silenceMs: number } & Looks,
): TurnWatch {
  const stop = new AbortController();
  /** Aborts when it is known how the turn ends. */
  const over = new AbortController();
  const looking = AbortSignal.any([stop.signal, over.signal]);
  const received = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<'at rest'>();
  const silence = silenceTimer(options.silenceMs);
  const look = lookAt(pane, options, looking, {
    onRest: () => rest.resolve('at rest'),
    restMs: () => (turn.state === 'running' ? REST_MS : REST_UNHEARD_MS),
    onProgress(tool) {
      turn.showTool(tool);
      silence.restart(turn.waiting);
    },
  });
  // The agent has the decision, and must give a sign of life from now on.
  turn.onDecided = () => silence.restart(turn.waiting);
  turn.tools.onCalls = turn.onDecided;
  const last = follow(turn, signals(stop.signal), () => {
    received.resolve();
    // While a person decides, the agent has nothing to say.
    silence.restart(turn.waiting);
  }).catch((error: Error) => failed('shim_error', `the agent’s record can’t be read: ${error.message}`));

  async function first(): Promise<End> {
    const reason = await Promise.race([last, deathOf(pane, looking, DEATH_MS), rest.promise, silence.over]);
    silence.close();
    over.abort();
    if (reason === 'silent') {
      // Its answer may still come as long as the agent lives, and nobody waits for a report of its death.
      void deathOf(pane, stop.signal, LATE_DEATH_MS).then(() => stop.abort());
      return failed('timeout', 'no sign of life from the agent');
    }
    stop.abort();
    if (typeof reason !== 'string') return reason ?? failed('shim_error', 'the agent’s record broke off');
    // What the agent wrote just before still counts.
    const said = await last;
    if (reason === 'at rest') return said ?? failed('agent_error', 'the agent has no answer: its terminal shows why');
    return said ?? failed('agent_stopped', reason);
  }

  return {
    received: received.promise,
    end: first(),
    last,
    taken() {
      look.awaitRest();
    },
    close() {
      silence.close();
      stop.abort();
    },
  };
}

/** What the record says so far about a turn whose agent is gone; null if it has no end. */
export function readRecord(turn: LiveTurn, signals: Signals): Promise<End | null> {
  return follow(turn, signals(AbortSignal.abort()), () => {});
}

async function follow(turn: LiveTurn, signals: AsyncIterable<AgentSignal>, onSign: () => void): Promise<End | null> {
  for await (const signal of signals) {
    reached(turn.turnId, `signal ${signal.type}`);
    turn.received();
    const end = apply(signal, turn);
    onSign();
    if (end !== null) return end;
  }
  return null;
}

/** Applies a signal to the turn; returns not null if it is the last. */
function apply(signal: AgentSignal, turn: LiveTurn): End | null {
  switch (signal.type) {
    case 'received':
      return null;
    case 'text':
      turn.write(signal.delta);
      return null;
    case 'answer':
      turn.restate(signal.text);
      return null;
    case 'tool':
      turn.showTool(signal.tool);
      return null;
    case 'notice':
      turn.notice(signal.notice);
      return null;
    case 'approval':
      turn.askApproval(signal.approval);
      return null;
    case 'approval-closed':
      turn.closeApproval(signal.id);
      return null;
    case 'stopped':
      return {
        state: 'done',
        code: null,
        detail: signal.detail ?? null,
        inputTokens: signal.inputTokens,
        outputTokens: signal.outputTokens,
      };
    case 'failed':
      return failed(signal.code, signal.detail);
    case 'interrupted':
      return CANCELLED;
  }
}

/** Resolves with how the agent's program ended. */
function deathOf(pane: LiveAgent, signal: AbortSignal, everyMs: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const lost = () => resolve('the tmux server is gone');
  // Ask tmux, not the kernel: for the kernel, a program whose end tmux has missed still exists.
  const look = async () => {
    const end = await pane.ended().catch(() => null);
    if (end !== null) resolve(`the agent has ended: ${end}`);
  };
  const timer = setInterval(oneLook(look), everyMs);
  pane.once('lost', lost);
  if (pane.lost) lost();
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    pane.off('lost', lost);
  });
  return promise;
}

/** Reads the screen from time to time, if the driver can use it. */
function lookAt(
  pane: LiveAgent,
  { rests, progress }: Looks,
  signal: AbortSignal,
  tell: { onRest(): void; restMs(): number; onProgress(tool: ToolProgress): void },
) {
  let awaitsRest = false;
  let since: number | null = null;
  let shown: ToolProgress | null = null;

  function notice(tool: ToolProgress | null): void {
    if (tool?.id === shown?.id && tool?.title === shown?.title) return;
    if (shown !== null && tool?.id !== shown.id) tell.onProgress({ ...shown, status: 'done' });
    if (tool !== null) tell.onProgress(tool);
    shown = tool;
  }

  const look = async () => {
    const screen = (await pane.screen?.().catch(() => null)) ?? null;
    if (signal.aborted) return;
    if (screen !== null && progress) notice(progress(screen));
    if (!awaitsRest || !rests) return;
    since = screen !== null && rests(screen) ? (since ?? performance.now()) : null;
    if (since !== null && performance.now() - since >= tell.restMs()) tell.onRest();
  };
  const timer = rests || progress ? setInterval(oneLook(look), LOOK_MS) : undefined;
  const stop = () => clearInterval(timer);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  return {
    awaitRest() {
      awaitsRest = true;
    },
  };
}

/** While tmux does not answer, only one request waits there, not one more each time. */
function oneLook(look: () => Promise<void>): () => Promise<void> {
  let looking = false;
  return async () => {
    if (looking) return;
    looking = true;
    await look();
    looking = false;
  };
}

function silenceTimer(ms: number) {
  const { promise, resolve } = Promise.withResolvers<'silent'>();
  let timer = setTimeout(resolve, ms, 'silent');
  let closed = false;
  return {
    over: promise,
    restart(paused: boolean): void {
      clearTimeout(timer);
      if (!paused && !closed) timer = setTimeout(resolve, ms, 'silent');
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

const LOOK_MS = 500;
// Between two steps an agent looks idle for a moment at most, and its answer is there before it rests.
const REST_MS = 2_000;
// Before it has reported that it has the prompt: on a machine with ten times its normal load that took some seconds.
const REST_UNHEARD_MS = 8_000;
// A crash is reported at most this late. Asking takes a third of a millisecond.
const DEATH_MS = 100;
const LATE_DEATH_MS = 5_000;
