/** A backend with a host behind it. Local and remote differ only in how they open a channel. */
import { PaliadinError } from '../contract/errors.ts';
import type { HostOutcome, HostPrompt, HostUpdate } from '../contract/host.ts';
import { type IsolationPolicy, refusalOf } from '../contract/isolation-policy.ts';
import { reached } from '../process/turn-step.ts';
import type { KeepAlive } from '../transport/keep-alive.ts';
import type { HostChannel } from '../transport/reach-host.ts';
import type { Backend, RunOptions } from './backend.ts';
import { isLost, openChannel } from './open-channel.ts';
import { sendAttachments } from './send-attachments.ts';

export interface HostBackendOptions {
  kind: 'local' | 'remote';
  /** Name of the host, for the audit row. */
  host: string;
  /** The agent that is expected there; null where only the host knows. */
  agent: string | null;
  open(): Promise<HostChannel>;
  isolation: IsolationPolicy;
  /** After the host has been away for this long, the turns that were under way are given up. */
  giveUpMs: number;
  keepAlive?: KeepAlive;
  /** See `OpenChannelOptions`. */
  openMs?: number;
  /** 0 ≤ n < 1. */
  random(): number;
}

export function hostBackend(options: HostBackendOptions) {
  const { kind, host, agent, open, isolation, giveUpMs, keepAlive = KEEP_ALIVE, openMs, random } = options;
  const lateListeners = new Set<(late: { session: string; turnId: string }) => void>();
  const backListeners = new Set<() => void>();
  const channel = openChannel({
    async open() {
      const opened = await open();
      const refusal = refusalOf(opened.identity, isolation);
      if (refusal !== null) {
        opened.close();
        throw refusal;
      }
      opened.onLate((late) => {
        for (const tell of lateListeners) tell(late);
      });
      return opened;
    },
    keepAlive,
    ...(openMs === undefined ? {} : { openMs }),
    random,
  });
  let wasAway = false;
  channel.onPresence((presence) => {
    if (presence === 'here' && wasAway) for (const tell of backListeners) tell();
    wasAway = presence === 'away' || (wasAway && presence === 'silent');
  });

  /** Prompts, and prompts again with the same turn id each time the channel breaks. */
  async function follow(prompt: HostPrompt, onUpdate: (update: HostUpdate) => void, { leave, tools }: RunOptions) {
    let { from, known, handedOver = false } = prompt;
    const take = (update: HostUpdate) => {
      known = true;
      if (update.type === 'chunk') from = update.offset + update.text.length;
      onUpdate(update);
    };
    for (;;) {
      // A question that was never handed over fails at once: it is certain that the host does not have it.
      const opened = await (known || handedOver ? channel.again(giveUpMs).catch(stayedAway) : channel.get());
      if (opened === null) return NEVER_KNOWN;
      if (leave?.aborted) throw new PaliadinError('cancelled');
      try {
        // A turn that is known there has its files.
        if (!known) await sendAttachments(opened, prompt);
        if (leave?.aborted) throw new PaliadinError('cancelled');
        reached(prompt.turnId, 'sent to the host');
        const asked = { ...prompt, from, known, handedOver };
        handedOver = true;
        return await opened.prompt(asked, take, tools);
      } catch (error) {
        if (!isLost(error)) throw error;
      }
    }
  }

  /** For idempotent calls: retried once if the channel drops. */
  async function ask<T>(question: (opened: HostChannel) => Promise<T>): Promise<T> {
    const opened = await channel.get();
    try {
      return await question(opened);
    } catch (error) {
      if (!isLost(error) || !opened.connected) throw error;
      await opened.closed;
      return question(await channel.get());
    }
  }

  return {
    kind,
    host,
    agent: () => channel.identity()?.agent ?? agent,
    refusal: () => null,
    identity: channel.identity,
    health: (session) => ask((opened) => opened.health(session)),
    async run(prompt, onUpdate, options = {}) {
      const stopWatching = channel.onPresence((presence) => onUpdate({ type: 'presence', presence }));
      try {
        return await follow(prompt, onUpdate, options);
      } finally {
        stopWatching();
      }
    },
    turn: (session, turnId, from) => ask((opened) => opened.turn(session, turnId, from)),
    cancel: (session, turnId) => ask((opened) => opened.cancel(session, turnId)),
    decide: (session, turnId, id, decision) => ask((opened) => opened.decide(session, turnId, id, decision)),
    reset: (session, options) => ask((opened) => opened.reset(session, options)),
    acknowledge: (session, turnId, options) => ask((opened) => opened.acknowledge(session, turnId, options)),
    attach: (session) => ask((opened) => opened.attach(session)),
    sessions: () => ask((opened) => opened.sessions()),
    hibernate: (session) => ask((opened) => opened.hibernate(session)),
    watchScreen: async (session, show, signal) => (await channel.get()).watchScreen(session, show, signal),
    presence: channel.presence,
    onLate(listener) {
      lateListeners.add(listener);
    },
    onBack(listener) {
      backListeners.add(listener);
      return () => backListeners.delete(listener);
    },
    close: channel.close,
  } satisfies Backend;
}

function stayedAway(error: unknown): null {
  if (isLost(error)) return null;
  throw error;
}

// A person should learn within ten seconds that the host does not answer; a busy machine may take a while to answer.
const KEEP_ALIVE: KeepAlive = { everyMs: 5_000, silentMs: 5_000, lostMs: 15_000 };

/** The outcome of a turn that was handed over to a host that does not come back. */
export const NEVER_KNOWN: HostOutcome = {
  state: 'unknown',
  code: 'outcome_unknown',
  detail: 'the host stayed away; it may have answered, and its answer is then shown as late',
  answerLength: 0,
  inputTokens: null,
  outputTokens: null,
};
