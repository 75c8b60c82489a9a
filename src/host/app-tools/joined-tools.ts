/** The application's tools of one turn on the host, through whichever gateway runs the turn now. */
import pTimeout from 'p-timeout';
import type { AppTool, AppToolCall, AppToolResult, TurnTools } from '../../contract/app-tools.ts';
import { PaliadinError } from '../../contract/errors.ts';

export class JoinedTools {
  /** The last one that joined is asked: it has the newest channel. */
  readonly #joined: TurnTools[] = [];
  readonly #waiting = new Set<() => void>();
  #calls = 0;
  /** Called when a call begins or ends. */
  onCalls: () => void = () => {};

  /** Resolves when the agent has asked for the list of tools and has its answer. */
  readonly listed: Promise<void>;
  readonly #onListed: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.listed = promise;
    this.#onListed = resolve;
  }

  /** The agent waits for the application, or for a person who decides on its call. */
  get isCalled(): boolean {
    return this.#calls > 0;
  }

  join(tools: TurnTools): void {
    this.#joined.push(tools);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  leave(tools: TurnTools): void {
    const at = this.#joined.indexOf(tools);
    if (at >= 0) this.#joined.splice(at, 1);
  }

  async list(signal: AbortSignal): Promise<AppTool[]> {
    try {
      return await this.#ask((tools) => tools.list(), signal);
    } finally {
      this.#onListed();
    }
  }

  /**
   * Where the channel breaks on the way, or a newer one joins (the old gateway may be frozen, and never answer), the same
   * call is sent again: gateways know it by its id, and start it once.
   */
  async call(call: AppToolCall, signal: AbortSignal): Promise<AppToolResult> {
    this.#calls += 1;
    this.onCalls();
    try {
      return await this.#ask((tools) => tools.call(call, signal), signal);
    } finally {
      this.#calls -= 1;
      this.onCalls();
    }
  }

  async #ask<T>(ask: (tools: TurnTools) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      const tools = this.#joined.at(-1) ?? (await this.#next(signal));
      const newer = Promise.withResolvers<typeof MOVED>();
      const move = () => newer.resolve(MOVED);
      this.#waiting.add(move);
      try {
        const asked = ask(tools);
        asked.catch(() => {}); // nobody may wait for it any more
        const answer = await Promise.race([asked, newer.promise]);
        if (answer !== MOVED) return answer;
      } catch (error) {
        const isLost = error instanceof PaliadinError && error.code === 'mriver_unreachable';
        if (!isLost || signal.aborted) throw error;
        this.leave(tools);
      } finally {
        this.#waiting.delete(move);
      }
    }
  }

  async #next(signal: AbortSignal): Promise<TurnTools> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    try {
      const message = new PaliadinError('mriver_unreachable', AWAY);
      await pTimeout(promise, { milliseconds: JOIN_MS, message, signal });
    } finally {
      this.#waiting.delete(resolve);
    }
    const tools = this.#joined.at(-1);
    if (tools === undefined) throw new PaliadinError('mriver_unreachable', AWAY);
    return tools;
  }
}

const MOVED = Symbol('a newer channel has joined');
const AWAY = 'The application can’t be reached just now: the gateway is away.';
// A gateway that is restarted is back within seconds.
const JOIN_MS = 60_000;
