/** Watches a turn until it ends, whichever reason comes first: the agent says so, it dies, or it is silent. */
import type { AgentSignal } from './agents/driver.ts';
import { CANCELLED, type End, failed } from './end.ts';
import type { LiveTurn } from './live-turn.ts';
import type { Pane } from './tmux/pane.ts';

export interface TurnWatch {
  /** The agent has the prompt. */
  readonly received: Promise<void>;
  /** The first reason for which the turn is over. */
  readonly end: Promise<End>;
  /** What the agent itself said in the end, if it still did: after a silence, a late answer. */
  readonly last: Promise<End | null>;
  /** Stops watching. */
  close(): void;
}

type Signals = (stop: AbortSignal) => AsyncIterable<AgentSignal>;

export function watchTurn(turn: LiveTurn, pane: Pane, signals: Signals, options: { silenceMs: number }): TurnWatch {
  const stop = new AbortController();
  const received = Promise.withResolvers<void>();
  const silence = silenceTimer(options.silenceMs);
  const last = follow(turn, signals(stop.signal), () => {
    received.resolve();
    // While a person decides, the agent has nothing to say.
    silence.restart(turn.waiting);
  }).catch((error: Error) => failed('shim_error', `the agent’s record can’t be read: ${error.message}`));

  async function first(): Promise<End> {
    const reason = await Promise.race([last, deathOf(pane, stop.signal), silence.over]);
    silence.close();
    if (reason === 'silent') return failed('timeout', 'no sign of life from the agent');
    stop.abort();
    if (typeof reason !== 'string') return reason ?? failed('shim_error', 'the agent’s record broke off');
    // What the agent wrote just before it died still counts.
    return (await last) ?? failed('agent_stopped', reason);
  }

  return {
    received: received.promise,
    end: first(),
    last,
    close() {
      silence.close();
      stop.abort();
    },
  };
}

/** What the record says by now of a turn whose agent is gone; null where it has no end. */
export function readRecord(turn: LiveTurn, signals: Signals): Promise<End | null> {
  return follow(turn, signals(AbortSignal.abort()), () => {});
}

async function follow(turn: LiveTurn, signals: AsyncIterable<AgentSignal>, onSign: () => void): Promise<End | null> {
  for await (const signal of signals) {
    turn.received();
    const end = apply(signal, turn);
    onSign();
    if (end !== null) return end;
  }
  return null;
}

/** What a signal means for the turn; not null when it is the last. */
function apply(signal: AgentSignal, turn: LiveTurn): End | null {
  switch (signal.type) {
    case 'received':
      return null;
    case 'text':
      turn.write(signal.delta);
      return null;
    case 'tool':
      turn.showTool(signal.tool);
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
        detail: null,
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
function deathOf(pane: Pane, signal: AbortSignal): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const lost = () => resolve('the tmux server is gone');
  // tmux is asked, not the kernel: to that, a program whose end tmux has missed is still there.
  const look = async () => {
    const end = await pane.ended().catch(() => null);
    if (end !== null) resolve(`the agent has ended: ${end}`);
  };
  const timer = setInterval(look, DEATH_MS);
  pane.once('lost', lost);
  if (pane.lost) lost();
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    pane.off('lost', lost);
  });
  return promise;
}

function silenceTimer(ms: number) {
  const { promise, resolve } = Promise.withResolvers<'silent'>();
  let timer = setTimeout(resolve, ms, 'silent');
  return {
    over: promise,
    restart(paused: boolean): void {
      clearTimeout(timer);
      if (!paused) timer = setTimeout(resolve, ms, 'silent');
    },
    close: () => clearTimeout(timer),
  };
}

// A crash is told this late at most. Asking takes a third of a millisecond.
const DEATH_MS = 100;
