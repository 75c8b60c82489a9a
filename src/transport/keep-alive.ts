/** Regularly checks that the other end of a channel responds: a stopped process or a lost network closes nothing. */
import { PaliadinError } from '../contract/errors.ts';
import type { HostChannel } from './reach-host.ts';

export interface KeepAlive {
  /** The pause between an answer and the next request, in milliseconds. */
  everyMs: number;
  /** Without an answer for this long, the host counts as silent. Milliseconds. */
  silentMs: number;
  /** Without an answer for this long, the channel is given up. Milliseconds. */
  lostMs: number;
}

/**
 * Watches the channel until it closes. `onSilent` is called when an answer is overdue, and when it has come after all.
 */
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
    // Any answer counts, even one that reports a problem with the agent.
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

/** Failed because of the request's own deadline, so there was no answer. */
function isUnanswered(error: unknown): boolean {
  return error instanceof PaliadinError && error.code === 'timeout';
}
