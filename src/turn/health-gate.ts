/** Checks whether a session could be answered before a turn is sent to it. Success is cached, failure never. */
import pTimeout from 'p-timeout';
import type { Backend } from '../backend/backend.ts';
import { PaliadinError } from '../contract/errors.ts';

export interface HealthGate {
  /** @throws PaliadinError with the reason, `mriver_unreachable` when there is no answer in time. */
  pass(session: string, backend: Probed): Promise<void>;
  /** Drops the cached result of a session. */
  drop(session: string): void;
}

type Probed = Pick<Backend, 'health' | 'identity' | 'presence'>;

export interface HealthGateOptions {
  /** How long a host may take to answer. */
  probeMs: number;
  /** The same, on first contact: a daemon, or a login shell, has to start. */
  firstProbeMs: number;
  cacheMs: number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
}

export function createHealthGate(options: HealthGateOptions): HealthGate {
  const healthyUntil = new Map<string, number>();
  return {
    async pass(session, backend) {
      if ((healthyUntil.get(session) ?? 0) > options.now()) return;
      for (const [known, until] of healthyUntil) if (until <= options.now()) healthyUntil.delete(known);
      const ms = isFirst(backend) ? options.firstProbeMs : options.probeMs;
      await pTimeout(backend.health(session), { milliseconds: ms, message: unheard(ms) });
      healthyUntil.set(session, options.now() + options.cacheMs);
    },
    drop(session) {
      healthyUntil.delete(session);
    },
  };
}

/** There was no contact yet, and no sign that the host is unreachable. */
function isFirst({ identity, presence }: Probed): boolean {
  return identity() === null && presence() === 'here';
}

function unheard(ms: number): PaliadinError {
  return new PaliadinError('mriver_unreachable', `the host did not answer a health probe within ${ms} ms`);
}
