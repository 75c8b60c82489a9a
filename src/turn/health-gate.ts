/** Asks whether a session could be answered before a turn goes there. Success is remembered, failure never. */
import { PaliadinError } from '../contract/errors.ts';

export interface HealthGate {
  /** @throws PaliadinError with the reason, `mriver_unreachable` when there is no answer in time. */
  pass(session: string): Promise<void>;
  /** Forgets what was remembered of a session. */
  drop(session: string): void;
}

export function createHealthGate(
  probe: (session: string) => Promise<void>,
  options: { probeMs: number; rememberMs: number; now(): number },
): HealthGate {
  const healthyUntil = new Map<string, number>();
  return {
    async pass(session) {
      if ((healthyUntil.get(session) ?? 0) > options.now()) return;
      healthyUntil.delete(session);
      await withDeadline(probe(session), options.probeMs);
      healthyUntil.set(session, options.now() + options.rememberMs);
    },
    drop(session) {
      healthyUntil.delete(session);
    },
  };
}

async function withDeadline(probe: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new PaliadinError('mriver_unreachable', `the host did not answer a health probe within ${ms} ms`));
    }, ms);
  });
  try {
    await Promise.race([probe, late]);
  } finally {
    clearTimeout(timer);
  }
}
