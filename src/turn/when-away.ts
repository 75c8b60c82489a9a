/** What a question may do while its host is away: wait for it, or go on elsewhere. By itself it fails at once. */
import { setTimeout as delay } from 'node:timers/promises';
import pTimeout from 'p-timeout';
import type { Backend } from '../backend/backend.ts';
import type { Hosts } from '../backend/hosts.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { AgentSession } from '../contract/records/session.ts';
import { type MoveOptions, moveNow } from './move.ts';

/** The host can't be reached, and it is certain that it does not have the question. */
export function isAway(error: unknown): boolean {
  return error instanceof PaliadinError && error.code === 'mriver_unreachable';
}

/**
 * Resolves when the host may be back, or after a while. @throws PaliadinError `away_limit` at `until`, UTC milliseconds;
 * rejects when `signal` aborts.
 */
export async function untilBack(
  backend: Pick<Backend, 'onBack'>,
  { until, now, signal }: { until: number; now: number; signal: AbortSignal },
): Promise<void> {
  if (now >= until) {
    throw new PaliadinError(
      'away_limit',
      'the host was away for longer than PALIADIN_AWAY_LIMIT; nothing was sent to it',
    );
  }
  const over = new AbortController();
  const back = Promise.withResolvers<void>();
  const stopListening = backend.onBack(back.resolve);
  try {
    const look = delay(Math.min(until - now, LOOK_AGAIN_MS), undefined, {
      signal: AbortSignal.any([signal, over.signal]),
      ref: false,
    });
    await Promise.race([back.promise, look]);
  } finally {
    stopListening();
    over.abort();
  }
}

/**
 * The user's conversation, moved to the owner's next host if its own is away.
 * @throws PaliadinError `conflict` while a question of the user is open: it may be answered yet;
 *   `mriver_unreachable` where there is no other host
 */
export async function elsewhere(
  session: AgentSession,
  options: MoveOptions & { hosts: Pick<Hosts, 'of' | 'all' | 'serves' | 'insteadOf'> },
): Promise<AgentSession> {
  const { hosts } = options;
  if (await isThere(hosts.of(session))) return session;
  const to = hosts.insteadOf(session.host);
  if (to === null) {
    throw new PaliadinError('mriver_unreachable', 'there is no other host to go on; `paliadin host prefer` names some');
  }
  return moveNow(session, { to: to.host, because: 'away', actor: session.userId, unlessOpen: true }, options);
}

async function isThere(backend: Backend): Promise<boolean> {
  if (backend.presence() !== 'here') return false;
  return pTimeout(backend.health(null), { milliseconds: PROBE_MS }).then(
    () => true,
    () => false,
  );
}

// A host may answer its health probes again without ever having closed the channel.
const LOOK_AGAIN_MS = 10_000;
// As the health gate.
const PROBE_MS = 3_000;
