/** Asks whether a session could be answered before a turn goes there. Success is remembered, failure never. */
import pTimeout from 'p-timeout';
import { PaliadinError } from '../contract/errors.ts';

export interface HealthGate {
  /** @throws PaliadinError with the reason, `mriver_unreachable` when there is no answer in time. */
  pass(session: string): Promise<void>;
  /** Forgets what was remembered of a session. */
  drop(session: string): void;
}

export function createHealthGate(
  probe: (session: string) => Promise<void>,
  /** `probeMs` is how long is waited for an answer now. */
  options: { probeMs(): number; rememberMs: number; now(): number },
): HealthGate {
  const healthyUntil = new Map<string, number>();
  return {
    async pass(session) {
      if ((healthyUntil.get(session) ?? 0) > options.now()) return;
      for (const [known, until] of healthyUntil) if (until <= options.now()) healthyUntil.delete(known);
      const ms = options.probeMs();
      const message = new PaliadinError('mriver_unreachable', `${UNHEARD} within ${ms} ms`);
      await pTimeout(probe(session), { milliseconds: ms, message });
      healthyUntil.set(session, options.now() + options.rememberMs);
    },
    drop(session) {
      healthyUntil.delete(session);
    },
  };
}

const UNHEARD = 'the host did not answer a health probe';
