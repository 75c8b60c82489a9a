/** A backend with a host behind it. Local and remote differ only in how they open a channel. */
import { setTimeout as delay } from 'node:timers/promises';
import { PaliadinError } from '../contract/errors.ts';
import type { HostOutcome, HostUpdate } from '../contract/host.ts';
import type { HostChannel } from '../transport/reach-host.ts';
import type { Backend } from './backend.ts';
import { openChannel } from './open-channel.ts';

export interface HostBackendOptions {
  kind: 'local' | 'remote';
  host: string;
  agent: string;
  open(): Promise<HostChannel>;
  /** A host that stays away for longer than this takes the turns with it that were under way. */
  giveUpMs: number;
  /** 0 ≤ n < 1. */
  random(): number;
}

export function hostBackend(options: HostBackendOptions) {
  const { kind, host, agent } = options;
  const lateListeners = new Set<(late: { session: string; turnId: string }) => void>();
  const closing = new AbortController();
  const channel = openChannel(async () => {
    const opened = await options.open();
    opened.onLate((late) => {
      for (const tell of lateListeners) tell(late);
    });
    return opened;
  });

  return {
    kind,
    host,
    agent,
    refusal: () => null,
    identity: channel.identity,
    health: async (session) => (await channel.get()).health(session),
    async run(prompt, onUpdate) {
      let { from, known } = prompt;
      const follow = (update: HostUpdate) => {
        known = true;
        if (update.type === 'chunk') from = update.offset + update.text.length;
        onUpdate(update);
      };
      let lostSince: number | null = null;
      for (let attempt = 0; ; attempt++) {
        try {
          const opened = await channel.get();
          lostSince = null;
          return await opened.prompt({ ...prompt, from, known }, follow);
        } catch (error) {
          if (!isLost(error)) throw error;
          lostSince ??= performance.now();
          if (performance.now() - lostSince > options.giveUpMs) return NEVER_KNOWN;
          await delay(backoff(attempt, options.random()), undefined, { signal: closing.signal });
        }
      }
    },
    turn: async (session, turnId, from) => (await channel.get()).turn(session, turnId, from),
    cancel: async (session, turnId) => (await channel.get()).cancel(session, turnId),
    reset: async (session) => (await channel.get()).reset(session),
    acknowledge: async (session, turnId) => (await channel.get()).acknowledge(session, turnId),
    attach: async (session) => (await channel.get()).attach(session),
    sessions: async () => (await channel.get()).sessions(),
    onLate(listener) {
      lateListeners.add(listener);
    },
    async close() {
      closing.abort();
      await channel.close();
    },
  } satisfies Backend;
}

function isLost(error: unknown): boolean {
  return error instanceof PaliadinError && error.code === 'mriver_unreachable';
}

/** Milliseconds: doubling from 50, at most 5 s, spread so that many turns don't knock at once. */
function backoff(attempt: number, random: number): number {
  return Math.min(50 * 2 ** attempt, 5000) * (0.5 + random / 2);
}

const NEVER_KNOWN: HostOutcome = {
  state: 'unknown',
  code: 'outcome_unknown',
  detail: 'the host stayed away; it may have answered',
  answerLength: 0,
  inputTokens: null,
  outputTokens: null,
};
