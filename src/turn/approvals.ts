/** What the agent may not do without a person's permission: who is asked, for how long, and what was decided. */

import type { Hosts } from '../backend/hosts.ts';
import {
  type ApprovalState,
  type ApprovalStep,
  ASKED,
  awaitsDecision,
  isOpen,
  nextState,
  type Verdict,
} from '../contract/approval-machine.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { HostUpdate } from '../contract/host.ts';
import type { Turn } from '../contract/records/turn.ts';
import { type ApprovalRequest, DENY, type Decided, type Decision, isFinal } from '../contract/turn.ts';
import { type Approval, approvalsOf, verdictOf } from '../contract/turn-approvals.ts';
import type { Store } from '../store/store.ts';
import { isDecidedAlready, type TurnWrite } from '../store/turn-store.ts';
import { retryUntilHeard } from '../transport/retry-until-heard.ts';
import { checkDecision, isQuestion } from './decision.ts';
import { toBodies } from './turn-event-writer.ts';
import { type TurnSnapshot, turnSnapshot } from './turn-snapshot.ts';
import type { TurnWriter } from './turn-writer.ts';

/** Whose questions may lead to a permission request: only the owner's, every user's, or nobody's. */
export type WhoApproves = 'owner' | 'users' | 'none';

export interface ApprovalOptions {
  hosts: Pick<Hosts, 'of'>;
  store: Pick<Store, 'users' | 'events'>;
  turnWriter: Pick<TurnWriter, 'write'>;
  who: WhoApproves;
  /** Milliseconds after which a request without a decision is denied. */
  patienceMs: number;
  clock(): number;
  onError(what: string, error: unknown): void;
}

export interface Approvals {
  /** Called before the turn is run. `past` is what an earlier gateway reported of it. */
  begin(turn: Turn, past: Pick<TurnSnapshot, 'approvals' | 'decisions'>): Promise<void>;
  /** Takes what the host reports of a turn; returns whether the person is to see it. */
  see(turn: Turn, update: HostUpdate): boolean;
  /**
   * Resolves when the decision is on record; then the agent is told, as soon as its host is there.
   * @throws PaliadinError `not_found` where this is not asked, or no longer asked; `conflict` where it is already
   *   decided; `not_allowed`, `bad_request`, `store_unavailable`
   */
  decide(turn: Turn, approvalId: string, decision: Decision): Promise<void>;
  /** As `decide`, in a turn that another gateway runs, which then hears of it. */
  decideElsewhere(turn: Turn, approvalId: string, decision: Decision): Promise<void>;
  /** Something may have been decided elsewhere in this turn: takes it from the record, and tells the host. Never rejects. */
  hear(turnId: string): Promise<void>;
  /**
   * Asks the person of a turn about something that the gateway itself does for them: they decide, whoever may allow the
   * agent something on its host. Resolves with null where nobody waits for the decision any more. A request that an
   * earlier gateway showed has the same id.
   */
  ask(
    turn: Turn,
    request: ApprovalRequest,
    options: { show(update: HostUpdate): void; signal: AbortSignal },
  ): Promise<Decision | null>;
  /** Nothing more is asked in this turn. */
  forget(turnId: string): void;
}

interface OfTurn {
  turn: Turn;
  /** Whether this turn's user may grant the permissions that the agent asks for. */
  mayAllow: boolean;
  approvals: Map<string, Waiting>;
}

interface Waiting extends Approval {
  /** Of the gateway's own requests: whoever waits for the decision. */
  answer?: (decision: Decision | null) => void;
  patience: NodeJS.Timeout | undefined;
}

export function createApprovals(options: ApprovalOptions): Approvals {
  const { hosts, turnWriter, clock, onError } = options;
  const turns = new Map<string, OfTurn>();

  /** Questions are always shown; only permitted users may grant permissions. */
  async function mayAllow({ userId }: Turn): Promise<boolean> {
    if (options.who !== 'owner') return options.who === 'users';
    const user = await options.store.users.get(userId);
    return user?.role === 'owner' && user.disabledAt === null;
  }

  /** What the gateway does for a person is theirs to decide. */
  async function mayDecide(turn: Turn, approvalId: string): Promise<boolean> {
    return isOwn(approvalId) || (await mayAllow(turn));
  }

  function asked(turn: Turn, request: ApprovalRequest): boolean {
    const ofTurn = turns.get(turn.turnId);
    if (ofTurn === undefined) return false;
    if (isOwn(request.id)) {
      // The host must not ask in the gateway's name.
      hosts
        .of(turn)
        .decide(turn.agentSession, turn.turnId, request.id, { option: DENY })
        .catch(() => {});
      return false;
    }
    const known = ofTurn.approvals.get(request.id);
    if (known !== undefined) {
      // Asked again after the channel broke or a gateway was killed: the decision may not have arrived.
      tellHost(turn, known);
      return known.shown && isOpen(known.state);
    }
    const shown = isQuestion(request) || ofTurn.mayAllow;
    const approval: Waiting = { request, state: ASKED, shown, patience: undefined };
    ofTurn.approvals.set(request.id, approval);
    if (shown) wait(turn, approval);
    else deny(turn, approval, 'policy');
    return shown;
  }

  function wait(turn: Turn, approval: Waiting): void {
    approval.patience = setTimeout(() => deny(turn, approval, 'timeout'), options.patienceMs);
  }

  function deny(turn: Turn, approval: Waiting, by: 'policy' | 'timeout'): void {
    const decision = { option: DENY, message: WHY[by] };
    void retryUntilHeard(() => resolveApproval(turn, approval, { decision, by }), {
      isOver: () => approval.state.at !== 'asked',
      onError: (error) => onError('a denial was not recorded; trying again', error),
    });
  }

  /** Puts a decision on record, then sends it to the host. */
  async function resolveApproval(turn: Turn, approval: Waiting, verdict: Verdict & Pick<Decided, 'by'>): Promise<void> {
    if (!step(approval, { type: 'decide', verdict })) throw refusal(approval.state);
    clearTimeout(approval.patience);
    try {
      await record(turn, approval.request, { ...verdict.decision, by: verdict.by });
    } catch (error) {
      step(approval, { type: 'fail' });
      if (isDecidedAlready(error)) await hear(turn.turnId);
      throw error;
    }
    // The decision is on record before the agent may act on it.
    if (!step(approval, { type: 'stand' })) throw new PaliadinError('conflict', whyNot(approval.state));
    tellHost(turn, approval);
  }

  async function hear(turnId: string): Promise<void> {
    const ofTurn = turns.get(turnId);
    if (ofTurn === undefined || ![...ofTurn.approvals.values()].some(isUndecided)) return;
    try {
      for (const decided of await options.store.events.decided(turnId)) {
        const approval = ofTurn.approvals.get(decided.approval.id);
        const verdict = verdictOf(decided);
        // One that is being decided here is refused by the store.
        if (approval === undefined || verdict === null || !isUndecided(approval)) continue;
        step(approval, { type: 'hear', verdict });
        clearTimeout(approval.patience);
        tellHost(ofTurn.turn, approval);
      }
    } catch (error) {
      onError('decisions at other gateways were not read; trying again', error);
    }
  }

  /** Does nothing where no decision stands. */
  function tellHost(turn: Turn, { request, state, answer }: Waiting): void {
    if (state.at !== 'decided') return;
    if (isOwn(request.id)) {
      answer?.(state.verdict.decision);
      return;
    }
    const told = hosts.of(turn).decide(turn.agentSession, turn.turnId, request.id, state.verdict.decision);
    told.catch((error) => {
      if (!isHeardLater(error)) onError('a decision was not heard', error);
    });
  }

  /** `by`: the run whose decision it is, or that it comes from outside of the run. */
  async function record(
    turn: Turn,
    request: ApprovalRequest,
    decided: Omit<Decided, 'approval'>,
    by: Pick<TurnWrite, 'fence' | 'whileOpen'> = { fence: turn.fence },
  ): Promise<void> {
    const { options: _, kind = 'permission', ...shown } = request;
    // With everything that the person saw: the request itself is dropped with the turn's progress.
    const event = { type: 'decided' as const, approval: { ...shown, kind }, ...decided };
    await turnWriter.write({ ...by, turnId: turn.turnId, change: {}, events: toBodies(turn, clock(), [event]) });
  }

  function closed(turn: Turn, approvalId: string): boolean {
    const ofTurn = turns.get(turn.turnId);
    if (ofTurn === undefined) return true; // the turn is being stopped
    const approval = ofTurn.approvals.get(approvalId);
    if (approval === undefined || !step(approval, { type: 'close' })) return false;
    clearTimeout(approval.patience);
    if (approval.state.at === 'closed' && approval.state.because === 'elsewhere' && !isOwn(approvalId)) {
      const elsewhere = { option: null, by: 'terminal' as const };
      record(turn, approval.request, elsewhere).catch((error) => onError('a decision was not recorded', error));
    }
    return approval.shown;
  }

  return {
    async begin(turn, past) {
      const approvals = new Map<string, Waiting>();
      for (const [id, known] of approvalsOf(past)) approvals.set(id, { ...known, patience: undefined });
      turns.set(turn.turnId, { turn, mayAllow: await mayAllow(turn), approvals });
      for (const approval of approvals.values()) {
        if (approval.shown && approval.state.at === 'asked') wait(turn, approval);
      }
    },
    async ask(turn, request, { show, signal }) {
      const ofTurn = turns.get(turn.turnId);
      if (ofTurn === undefined || signal.aborted) return null;
      const known = ofTurn.approvals.get(request.id);
      const approval: Waiting = known ?? { request, state: ASKED, shown: true, patience: undefined };
      if (known === undefined) {
        ofTurn.approvals.set(request.id, approval);
        wait(turn, approval);
      }
      const { promise, resolve } = Promise.withResolvers<Decision | null>();
      approval.answer = resolve;
      if (!isOpen(approval.state)) return null;
      const give = () => resolve(null);
      signal.addEventListener('abort', give);
      show({ type: 'approval', approval: request });
      tellHost(turn, approval); // decided while no gateway waited for it
      const decision = await promise;
      signal.removeEventListener('abort', give);
      if (closed(turn, request.id)) show({ type: 'approval-closed', id: request.id });
      return decision;
    },
    see(turn, update) {
      if (update.type === 'approval') return asked(turn, update.approval);
      if (update.type === 'approval-closed' && isOwn(update.id)) return false;
      return update.type === 'approval-closed' ? closed(turn, update.id) : true;
    },
    async decide(turn, approvalId, made) {
      const approval = turns.get(turn.turnId)?.approvals.get(approvalId);
      if (!approval?.shown || !isOpen(approval.state)) throw notAsked();
      const decision = await checkDecision(approval.request, made, { mayAllow: () => mayDecide(turn, approvalId) });
      try {
        await resolveApproval(turn, approval, { decision, by: 'user' });
      } catch (error) {
        if (approval.state.at === 'asked') wait(turn, approval);
        throw error;
      }
    },
    async decideElsewhere(turn, approvalId, made) {
      if (isFinal(turn.status)) throw notAsked();
      const approval = approvalsOf(await turnSnapshot(options.store, turn)).get(approvalId);
      if (!approval?.shown || !isOpen(approval.state)) throw notAsked();
      if (!awaitsDecision(approval.state)) throw refusal(approval.state);
      const decision = await checkDecision(approval.request, made, { mayAllow: () => mayDecide(turn, approvalId) });
      await record(turn, approval.request, { ...decision, by: 'user' }, { whileOpen: true });
    },
    hear,
    forget(turnId) {
      for (const approval of turns.get(turnId)?.approvals.values() ?? []) {
        clearTimeout(approval.patience);
        step(approval, { type: 'end-turn' });
        approval.answer?.(null);
      }
      turns.delete(turnId);
    },
  };
}

/** Ids of the gateway's own requests begin so; no host's count that do. */
export const OWN_REQUEST = 'app-tool-';

function isOwn(approvalId: string): boolean {
  return approvalId.startsWith(OWN_REQUEST);
}

function isUndecided({ state }: Approval): boolean {
  return state.at === 'asked';
}

function notAsked(): PaliadinError {
  return new PaliadinError('not_found', 'there is no open approval with this id');
}

/** False where the step is not allowed, and nothing has changed. */
function step(approval: Waiting, taken: ApprovalStep): boolean {
  const state = nextState(approval.state, taken);
  if (state !== null) approval.state = state;
  return state !== null;
}

/** Why a decision comes too late. */
function refusal(state: ApprovalState): PaliadinError {
  const isTurnOver = state.at === 'closed' && state.because === 'turn-over';
  return new PaliadinError(isTurnOver ? 'not_found' : 'conflict', whyNot(state));
}

function whyNot(state: ApprovalState): string {
  if (state.at !== 'closed') return 'this approval has already been decided';
  return state.because === 'turn-over'
    ? 'the turn is over, or is being stopped'
    : 'somebody was faster at the agent’s terminal';
}

/** The host asks again when it is back, and for as long as its agent does not have the decision. */
function isHeardLater(error: unknown): boolean {
  return error instanceof PaliadinError && (error.code === 'mriver_unreachable' || error.code === 'not_found');
}

// For the agent, which reads the reason and goes on without the permission.
const WHY = {
  timeout: 'Nobody answered in time. Go on without it.',
  policy: 'This user may not allow this. Go on without it.',
};
