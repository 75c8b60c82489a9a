/** Records sign-ins, refusals and sign-outs, where the store does not do so itself. */
import type { AuditEntry } from '../../contract/records/audit-log.ts';
import type { Store } from '../../store/store.ts';
import { appendTogether } from '../audit-log/append-together.ts';
import type { SignInEvent } from './sign-in-event.ts';
import type { SignInRecord } from './sign-in-events.ts';

export interface SignInRecordOptions {
  store: Pick<Store, 'audit'>;
  /** UTC milliseconds. */
  clock(): number;
  /** Called for each event; has to be quick. */
  onSignIn(event: SignInEvent): void;
  onError(what: string, error: unknown): void;
}

export function recordSignIns({ store, clock, onSignIn, onError }: SignInRecordOptions): SignInRecord {
  const soon = appendTogether(store.audit, (error) => onError('a sign-in was not put on record', error));
  const append = (entry: Omit<AuditEntry, 'at' | 'turnId'>) => soon({ at: clock(), turnId: null, ...entry });
  return {
    write(event) {
      onSignIn(event);
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

// Our own reasons are one sentence; a foreign one may quote the refused input.
const REASON_LENGTH = 200;
