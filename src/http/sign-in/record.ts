/** Puts on record who came in, who was turned away and who left, where the store does not do so by itself. */
import type { FastifyBaseLogger } from 'fastify';
import type { AuditEntry } from '../../contract/records/audit-log.ts';
import type { ServerOptions } from '../options.ts';
import type { SignInRecord } from './sign-in-events.ts';

type Needs = Pick<ServerOptions, 'store' | 'clock' | 'onSignIn'>;

export function recordSignIns({ store, clock, onSignIn }: Needs, log: FastifyBaseLogger): SignInRecord {
  const append = async (entry: Omit<AuditEntry, 'at' | 'turnId'>): Promise<void> => {
    await store.audit.append([{ at: clock(), turnId: null, ...entry }]).catch((error) => {
      log.error({ error: error.code }, 'a sign-in was not put on record');
    });
  };
  return {
    write(event) {
      onSignIn?.(event);
      if (event.onRecord === true) return;
      const { userId, way, reason } = event;
      const detail = { way, ...(reason !== undefined && { reason: reason.slice(0, REASON_LENGTH) }) };
      void append({ actor: userId ?? 'anonymous', subject: userId, action: ACTIONS[event.kind], detail });
    },
    async writeOmitted({ ways, ms }) {
      const count = [...ways.values()].reduce((sum, one) => sum + one, 0);
      const detail = { count, minutes: Math.ceil(ms / 60_000), ...Object.fromEntries(ways) };
      await append({ actor: 'gateway', subject: null, action: 'sign-in.omitted', detail });
    },
  };
}

const ACTIONS = {
  'sign-in': 'sign-in.accepted',
  'sign-in-denied': 'sign-in.denied',
  'sign-out': 'sign-in.ended',
} as const;

// A reason of ours is a sentence; somebody else's may quote what it did not like.
const REASON_LENGTH = 200;
