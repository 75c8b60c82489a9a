/** A backend without a host: the test decides what happens to each turn. */
import type { Backend } from '../../src/backend/backend.ts';
import { PaliadinError } from '../../src/contract/errors.ts';
import type { HostOutcome, HostSession, HostTurn, HostUpdate } from '../../src/contract/host.ts';
import type { ScreenView } from '../../src/contract/screen.ts';
import type { StopSignal } from '../../src/contract/stop-signal.ts';
import type { Decision } from '../../src/contract/turn.ts';

export interface ScriptedBackend extends Backend {
  /** Resolves once the turn has been delivered; then this happens to it. */
  happen(turnId: string, updates: HostUpdate[]): Promise<void>;
  /** The answer is whole. */
  answer(turnId: string, text: string): Promise<void>;
  /** The turn fails so. */
  fail(turnId: string, outcome: Partial<HostOutcome>): Promise<void>;
  /** What the host says of its sessions; null: it says nothing. */
  live: HostSession[] | null;
  /** Who looks at a terminal, or did. */
  readonly screens: { show(screen: ScreenView): Promise<void>; signal: StopSignal }[];
  /** From now on questions are refused; null takes that back. */
  refuse(error: PaliadinError | null): void;
  /** What the agent was told, by approval. */
  readonly decided: { turnId: string; id: string; decision: Decision }[];
}

interface Running {
  onUpdate: (update: HostUpdate) => void;
  end: (outcome: HostOutcome) => void;
  lose: (error: PaliadinError) => void;
}

export function scriptedBackend(): ScriptedBackend {
  const running = new Map<string, PromiseWithResolvers<Running>>();
  const decided: ScriptedBackend['decided'] = [];
  let refusal: PaliadinError | null = null;

  const slot = (turnId: string): PromiseWithResolvers<Running> => {
    const known = running.get(turnId) ?? Promise.withResolvers<Running>();
    running.set(turnId, known);
    return known;
  };
  const happen = async (turnId: string, updates: HostUpdate[]) => {
    const { onUpdate } = await slot(turnId).promise;
    for (const update of updates) onUpdate(update);
  };
  const end = async (turnId: string, outcome: Partial<HostOutcome>) => {
    (await slot(turnId).promise).end({ ...done, ...outcome });
  };

  const backend: ScriptedBackend = {
    live: [],
    screens: [],
    kind: 'local',
    host: 'scripted',
    agent: () => 'demo',
    refusal: () => refusal,
    identity: () => null,
    health: async () => null,
    run: ({ turnId }, onUpdate) =>
      new Promise((resolve, reject) => slot(turnId).resolve({ onUpdate, end: resolve, lose: reject })),
    turn: async () => absent,
    presence: () => 'here',
    hibernate: async (session) => backend.live?.find((one) => one.session === session)?.running === null,
    watchScreen: (_session, show, signal) =>
      new Promise((resolve) => {
        backend.screens.push({ show, signal });
        signal.addEventListener('abort', () => resolve());
      }),
    cancel: async (_session, turnId) => end(turnId, { state: 'cancelled', code: 'cancelled' }),
    decide: async (_session, turnId, id, decision) => {
      decided.push({ turnId, id, decision });
      await happen(turnId, [{ type: 'approval-closed', id }]);
    },
    decided,
    reset: async () => undefined,
    acknowledge: async () => null,
    attach: async () => [],
    sessions: () => (backend.live === null ? new Promise(() => {}) : Promise.resolve(backend.live)),
    onLate: () => undefined,
    onBack: () => () => undefined,
    close: async () => {
      for (const { promise } of running.values()) {
        void promise.then(({ lose }) => lose(new PaliadinError('mriver_unreachable', 'the test is over')));
      }
    },
    happen,
    answer: async (turnId, text) => {
      await happen(turnId, [{ type: 'running' }, { type: 'chunk', offset: 0, text }]);
      await end(turnId, { answerLength: text.length });
    },
    fail: (turnId, outcome) => end(turnId, { state: 'failed', ...outcome }),
    refuse: (error) => {
      refusal = error;
    },
  };
  return backend;
}

const done: HostOutcome = {
  state: 'done',
  code: null,
  detail: null,
  answerLength: 0,
  inputTokens: null,
  outputTokens: null,
};

const absent: HostTurn = { ...done, state: 'absent', late: false, answer: '' };
