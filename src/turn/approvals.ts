/** What the agent may not do without a person's word: who is asked, for how long, and what was decided. */

import type { Hosts } from '../backend/hosts.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { HostUpdate } from '../contract/host.ts';
import type { Turn } from '../contract/records/turn.ts';
import { cleanText } from '../contract/sanitise.ts';
import { type ApprovalRequest, DENY, type Decided, type DecidedBy, type Decision } from '../contract/turn.ts';
import type { Store } from '../store/store.ts';
import { toBodies } from './turn-event-writer.ts';
import type { TurnSnapshot } from './turn-snapshot.ts';
import type { TurnWriter } from './turn-writer.ts';

/** Whose questions may lead to a request: the owner's, everybody's own, or nobody's. */
export type WhoApproves = 'owner' | 'users' | 'none';

export interface ApprovalOptions {
  hosts: Pick<Hosts, 'of'>;
  store: Pick<Store, 'users'>;
  turnWriter: Pick<TurnWriter, 'write'>;
  who: WhoApproves;
  /** Nobody decides for this long: denied. Milliseconds. */
  patienceMs: number;
  clock(): number;
  onError(what: string, error: unknown): void;
}

export interface Approvals {
  /** Before the turn is run. `past` is what a gateway before this one told of it. */
  begin(turn: Turn, past: Pick<TurnSnapshot, 'approvals' | 'decisions'>): Promise<void>;
  /** Takes what the host tells of a turn; whether the person is to be told. */
  see(turn: Turn, update: HostUpdate): boolean;
  /**
   * Resolves when the decision is on record; then the agent is told, as soon as its host is there.
   * @throws PaliadinError `not_found` where this is not asked, or not any more; `conflict` where it is decided
   *   already; `not_allowed`, `bad_request`, `store_unavailable`
   */
  decide(turn: Turn, approvalId: string, decision: Decision): Promise<void>;
  /** Nothing more is asked in this turn. */
  forget(turnId: string): void;
}

interface OfTurn {
  /** Whether this turn's user may allow what the agent asks leave for. */
  mayAllow: boolean;
  requests: Map<string, Request>;
}

interface Request {
  approval: ApprovalRequest;
  /** The person sees it, and may decide it. */
  shown: boolean;
  patience: NodeJS.Timeout | undefined;
  decision: Decision | null;
  onRecord: boolean;
  /** Handed to the host at least once. */
  told: boolean;
  closed: boolean;
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

  function asked(turn: Turn, approval: ApprovalRequest): boolean {
    const ofTurn = turns.get(turn.turnId);
    if (ofTurn === undefined) return false;
    const known = ofTurn.requests.get(approval.id);
    if (known !== undefined) {
      // Asked again after the channel broke or a gateway was killed: what was decided may not have arrived.
      if (known.onRecord) tell(turn, known);
      return known.shown && !known.closed;
    }
    const shown = isQuestion(approval) || ofTurn.mayAllow;
    const request = asNew(approval, shown);
    ofTurn.requests.set(approval.id, request);
    if (shown) wait(turn, request);
    else deny(turn, request, 'policy');
    return shown;
  }

  function wait(turn: Turn, request: Request): void {
    request.patience = setTimeout(() => deny(turn, request, 'timeout'), options.patienceMs);
  }

  function deny(turn: Turn, request: Request, by: 'policy' | 'timeout'): void {
    settle(turn, request, { option: DENY, message: WHY[by] }, by).catch((error) => {
      if (!isOpen(turn, request)) return; // decided at this very moment
      onError('a denial was not recorded; trying again', error);
      request.patience = setTimeout(() => deny(turn, request, by), AGAIN_MS);
    });
  }

  function isOpen(turn: Turn, request: Request): boolean {
    return turns.has(turn.turnId) && request.decision === null && !request.closed;
  }

  async function settle(turn: Turn, request: Request, decision: Decision, by: DecidedBy): Promise<void> {
    if (!turns.has(turn.turnId)) throw new PaliadinError('not_found', OVER);
    if (request.closed) throw new PaliadinError('conflict', FASTER);
    if (request.decision !== null) throw new PaliadinError('conflict', 'this is decided already');
    clearTimeout(request.patience);
    request.decision = decision;
    try {
      await record(turn, request.approval, { ...decision, by });
    } catch (error) {
      request.decision = null;
      throw error;
    }
    // On record before the agent may act on it.
    request.onRecord = true;
    if (!turns.has(turn.turnId)) throw new PaliadinError('conflict', OVER);
    if (request.closed) throw new PaliadinError('conflict', FASTER);
    tell(turn, request);
  }

  function tell(turn: Turn, request: Request): void {
    const { approval, decision } = request;
    if (decision === null) return;
    request.told = true;
    const told = hosts.of(turn).decide(turn.agentSession, turn.turnId, approval.id, decision);
    told.catch((error) => {
      if (!isHeardLater(error)) onError('a decision was not heard', error);
    });
  }

  async function record(turn: Turn, approval: ApprovalRequest, decided: Omit<Decided, 'approval'>): Promise<void> {
    const { options: _, kind = 'permission', ...shown } = approval;
    // With all that the person had before them: the request itself goes with the turn's progress.
    const event = { type: 'decided' as const, approval: { ...shown, kind }, ...decided };
    const { turnId, fence } = turn;
    await turnWriter.write({ turnId, fence, change: {}, events: toBodies(turn, clock(), [event]) });
  }

  function closed(turn: Turn, approvalId: string): boolean {
    const ofTurn = turns.get(turn.turnId);
    if (ofTurn === undefined) return true; // of a turn that is being stopped
    const request = ofTurn.requests.get(approvalId);
    if (request === undefined || request.closed) return false;
    clearTimeout(request.patience);
    request.closed = true;
    if (!request.told) {
      const elsewhere = { option: null, by: 'terminal' as const };
      record(turn, request.approval, elsewhere).catch((error) => onError('a decision was not recorded', error));
    }
    return request.shown;
  }

  return {
    async begin(turn, { approvals, decisions }) {
      const requests = new Map<string, Request>();
      for (const { approval, by: _, option, ...more } of decisions) {
        const decision = option === null ? null : { option, ...more };
        const settled = { decision, onRecord: decision !== null, told: true, closed: decision === null };
        requests.set(approval.id, { ...asNew({ ...approval, options: [] }, false), ...settled });
      }
      for (const approval of approvals) {
        requests.set(approval.id, { ...asNew(approval, true), ...settledBefore(requests.get(approval.id)) });
      }
      turns.set(turn.turnId, { mayAllow: await mayAllow(turn), requests });
      for (const request of requests.values()) if (request.shown && isOpen(turn, request)) wait(turn, request);
    },
    see(turn, update) {
      if (update.type === 'approval') return asked(turn, update.approval);
      return update.type === 'approval-closed' ? closed(turn, update.id) : true;
    },
    async decide(turn, approvalId, { option, message, answers }) {
      const request = turns.get(turn.turnId)?.requests.get(approvalId);
      if (!request?.shown || request.closed) throw new PaliadinError('not_found', 'this is not asked, or not any more');
      const { approval } = request;
      if (!isQuestion(approval) && !(await mayAllow(turn))) {
        throw new PaliadinError('not_allowed', 'you may not decide this: PALIADIN_APPROVALS says who may');
      }
      // What nobody has seen nobody allows, whatever options came along.
      const offered = approval.missing === undefined ? approval.options : [];
      const known = new Set([...offered.map(({ id }) => id), DENY]);
      if (!known.has(option)) throw new PaliadinError('bad_request', `option is one of: ${[...known].join(', ')}`);
      const decision = { option, message: clean(message), answers: answers && cleanAnswers(answers) };
      try {
        await settle(turn, request, decision, 'user');
      } catch (error) {
        if (isOpen(turn, request)) wait(turn, request);
        throw error;
      }
    },
    forget(turnId) {
      for (const { patience } of turns.get(turnId)?.requests.values() ?? []) clearTimeout(patience);
      turns.delete(turnId);
    },
  };
}

function asNew(approval: ApprovalRequest, shown: boolean): Request {
  return { approval, shown, patience: undefined, decision: null, onRecord: false, told: false, closed: false };
}

function settledBefore(request: Request | undefined): Partial<Request> {
  if (request === undefined) return {};
  const { decision, onRecord, told, closed } = request;
  return { decision, onRecord, told, closed };
}

function isQuestion({ kind }: ApprovalRequest): boolean {
  return kind === 'question';
}

/** The host asks again when it is back, and again as long as its agent has not heard. */
function isHeardLater(error: unknown): boolean {
  return error instanceof PaliadinError && (error.code === 'mriver_unreachable' || error.code === 'not_found');
}

/** It may come to stand on a terminal. */
function clean(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : cleanText(text).trim();
}

function cleanAnswers(answers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(answers).map(([question, answer]) => [question, cleanText(answer).trim()]));
}

const OVER = 'the turn is over, or is being stopped';
const FASTER = 'somebody was faster at the agent’s terminal';
// For the agent, which reads it and goes on without.
const WHY = {
  timeout: 'Nobody answered in time. Go on without it.',
  policy: 'This user may not allow this. Go on without it.',
};
// The agent waits meanwhile, and a store that is away comes back or does not.
const AGAIN_MS = 5_000;
