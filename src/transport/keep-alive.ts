/** Asks now and then whether the other end of a channel is there: a stopped process or a lost network closes nothing. */
import { PaliadinError } from '../contract/errors.ts';
import type { HostChannel } from './reach-host.ts';

export interface KeepAlive {
  /** From one answer to the next question, in milliseconds. */
  everyMs: number;
  /** Without an answer for this long the host counts as silent. */
  silentMs: number;
  /** Without an answer for this long the channel is given up. */
  lostMs: number;
}

/** Watches the channel until it closes. `onSilent` is told when an answer is overdue, and when it came after all. */
export function watchAlive(channel: HostChannel, keepAlive: KeepAlive, onSilent: (silent: boolean) => void): void {
  let timers: NodeJS.Timeout[] = [];
  let silent = false;
  let closed = false;
  const after = (ms: number, act: () => void) => timers.push(setTimeout(act, ms).unref());
  const tell = (now: boolean) => {
    if (silent !== now) onSilent(now);
    silent = now;
  };
  const rest = () => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
  };

  function ask(): void {
    rest();
    after(keepAlive.silentMs, () => tell(true));
    after(keepAlive.lostMs, () => channel.close());
    // An answer is an answer, also one that says that the agent is not well.
    channel.health(null).then(heard, (error) => isUnanswered(error) || heard());
  }

  function heard(): void {
    rest();
    if (closed) return;
    tell(false);
    after(keepAlive.everyMs, ask);
  }

  channel.closed.then(() => {
    closed = true;
    rest();
  });
  heard();
}

/** By the request's own deadline, which is no answer. */
function isUnanswered(error: unknown): boolean {
  return error instanceof PaliadinError && error.code === 'timeout';
}
