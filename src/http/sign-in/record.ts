/** Puts on record who came in, who was turned away and who left, where the store does not do so by itself. */
import type { FastifyBaseLogger } from 'fastify';
import type { ServerOptions } from '../options.ts';
import type { SignInEvent } from './tell.ts';

type Needs = Pick<ServerOptions, 'store' | 'clock' | 'onSignIn'>;

export function recordSignIns({ store, clock, onSignIn }: Needs, log: FastifyBaseLogger): (event: SignInEvent) => void {
  return (event) => {
    onSignIn?.(event);
    if (event.onRecord === true) return;
    const { userId, way, reason } = event;
    const detail = { way, ...(reason !== undefined && { reason: reason.slice(0, REASON_LENGTH) }) };
    const about = { at: clock(), actor: userId ?? 'anonymous', subject: userId, turnId: null };
    store.audit.append([{ ...about, action: ACTIONS[event.kind], detail }]).catch((error) => {
      log.error({ error: error.code }, 'a sign-in was not put on record');
    });
  };
}

const ACTIONS = {
  'sign-in': 'sign-in.accepted',
  'sign-in-denied': 'sign-in.denied',
  'sign-out': 'sign-in.ended',
} as const;

// A reason of ours is a sentence; somebody else's may quote what it did not like.
const REASON_LENGTH = 200;
