/** How each part is, in words: from what the gateway says of itself and of its host. */
import type { HostView } from '../../../contract/admin/hosts.ts';
import type { ErrorBody } from '../../../contract/api.ts';
import { span } from '../format.ts';
import type { Words } from '../locales/en.ts';
import type { Tone } from '../ui/small.tsx';

export interface Part {
  tone: Tone;
  words: string;
  /** For whoever mends it. */
  detail: string | null;
}

export interface Parts {
  host: Part;
  agent: Part;
  store: Part;
}

/** `reasons` is what `/readyz` has in the way of questions; null where it does not answer. */
export interface HealthFacts {
  host: HostView | null;
  reasons: readonly (ErrorBody & { part: 'store' | 'backend' })[] | null;
}

export function partsOf({ host, reasons }: HealthFacts, w: Words, locale: string): Parts | null {
  if (host === null || reasons === null) return null;
  const ofStore = reasons.find(({ part }) => part === 'store');
  const ofBackend = host.refusal ?? reasons.find(({ part }) => part === 'backend') ?? lastFailure(host);
  const isAgents = ofBackend?.code.startsWith('agent_') ?? false;
  const trouble = ({ code, detail }: Why): Part => ({
    tone: 'bad',
    words: w.codes[code],
    detail: detail ?? w.advice[code],
  });
  const well = (words: string): Part => ({ tone: 'good', words, detail: null });
  const off = host.backend === 'disabled';
  return {
    store: ofStore === undefined ? well(w.health.storeWell) : trouble(ofStore),
    host: off
      ? { tone: 'quiet', words: w.health.off, detail: ofBackend?.detail ?? null }
      : ofBackend != null && !isAgents
        ? trouble(ofBackend)
        : presenceOf(host, w, locale),
    agent: off
      ? { tone: 'quiet', words: w.health.off, detail: null }
      : ofBackend != null
        ? isAgents
          ? trouble(ofBackend)
          : { tone: 'quiet', words: w.hosts.unknown, detail: null }
        : well(w.health.ready),
  };
}

/** All of it in one sentence. */
export function verdictOf(parts: Parts | null, w: Words): { tone: Tone; words: string } {
  if (parts === null) return { tone: 'quiet', words: w.health.unknown };
  const all = Object.values(parts);
  if (all.some(({ tone }) => tone === 'bad')) return { tone: 'bad', words: w.health.troubled };
  if (all.some(({ tone }) => tone === 'wait')) return { tone: 'wait', words: w.health.unsteady };
  if (parts.host.tone === 'quiet') return { tone: 'quiet', words: w.codes.disabled };
  return { tone: 'good', words: w.health.works };
}

function presenceOf({ presence, probes }: HostView, w: Words, locale: string): Part {
  if (presence === 'away') return { tone: 'bad', words: w.health.away, detail: null };
  if (presence === 'silent') return { tone: 'wait', words: w.health.silent, detail: null };
  const last = probes.at(-1);
  const words = last === undefined ? w.health.hereUnmeasured : w.health.here(span(Math.max(1, last.ms), locale));
  return { tone: 'good', words, detail: null };
}

type Why = Pick<ErrorBody, 'code' | 'detail'>;

function lastFailure({ probes }: HostView): Why | undefined {
  return probes.at(-1)?.error ?? undefined;
}
