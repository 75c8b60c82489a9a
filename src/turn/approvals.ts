/** What the agent may not do without a person's word: who is asked, for how long, and what was decided. */
import type { Store, Turn } from '../audit/store.ts';
import type { Backend } from '../backend/backend.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { HostUpdate } from '../contract/host.ts';
import { type ApprovalRequest, DENY, type DecidedBy, type Decision } from '../contract/turn.ts';
import type { Recorder } from './recorder.ts';
import { toBodies } from './scribe.ts';

/** Whose questions may lead to a request: the owner's, everybody's own, or nobody's. */
export type WhoApproves = 'owner' | 'users' | 'none';

export interface ApprovalOptions {
  backend: Pick<Backend, 'decide'>;
  store: Pick<Store, 'users'>;
  recorder: Recorder;
  who: WhoApproves;
  /** Nobody decides for this long: denied. Milliseconds. */
  patienceMs: number;
  clock(): number;
  onTrouble(what: string, error: unknown): void;
}

export interface Approvals {
  /** Takes what the host tells of a turn. */
  see(turn: Turn, update: HostUpdate): void;
  /** @throws PaliadinError `not_found` where this is not asked any more, `not_allowed`, `bad_request`, `conflict` */
  decide(turn: Turn, approvalId: string, decision: Decision): Promise<void>;
  /** Nothing more is asked in this turn. */
  forget(turnId: string): void;
}

interface Open {
  approval: ApprovalRequest;
  patience: NodeJS.Timeout;
  /** What was decided, and is on its way to the agent. */
  decision: Decision | null;
}

export function createApprovals(options: ApprovalOptions): Approvals {
  const { backend, recorder, clock, onTrouble } = options;
  const open = new Map<string, Map<string, Open>>();

  async function asked(turn: Turn, approval: ApprovalRequest): Promise<void> {
    const known = open.get(turn.turnId)?.get(approval.id);
    if (known !== undefined) {
      // Asked again after the channel broke: what was decided may not have arrived.
      if (known.decision !== null) await tell(turn, approval.id, known.decision);
      return;
    }
    const patience = setTimeout(() => deny(turn, approval, 'timeout', NOBODY), options.patienceMs);
    const ofTurn = open.get(turn.turnId) ?? new Map<string, Open>();
    open.set(turn.turnId, ofTurn.set(approval.id, { approval, patience, decision: null }));
    if (!(await mayDecide(turn, approval))) deny(turn, approval, 'policy', REFUSED);
  }

  /** A question harms nobody; leave to do something is the owner's to give, or whoever they let. */
  async function mayDecide(turn: Turn, { kind }: ApprovalRequest): Promise<boolean> {
    if (kind === 'question' || options.who === 'users') return true;
    return options.who === 'owner' && (await options.store.users.get(turn.userId))?.role === 'owner';
  }

  function deny(turn: Turn, approval: ApprovalRequest, by: DecidedBy, message: string): void {
    settle(turn, approval, { option: DENY, message }, by).catch((error) => onTrouble('a denial was not heard', error));
  }

  async function settle(turn: Turn, approval: ApprovalRequest, decision: Decision, by: DecidedBy): Promise<void> {
    const found = open.get(turn.turnId)?.get(approval.id);
    if (found === undefined || found.decision !== null) throw new PaliadinError('not_found', 'this is decided already');
    clearTimeout(found.patience);
    found.decision = decision;
    // On record before the agent may act on it.
    await record(turn, approval, { option: decision.option, by, message: decision.message });
    await tell(turn, approval.id, decision);
  }

  function tell(turn: Turn, approvalId: string, decision: Decision): Promise<void> {
    return backend.decide(turn.agentSession, turn.turnId, approvalId, decision);
  }

  async function record(
    turn: Turn,
    { id, title, kind }: ApprovalRequest,
    decided: { option: string | null; by: DecidedBy; message?: string | undefined },
  ): Promise<void> {
    const event = { type: 'decided' as const, approval: { id, title, kind: kind ?? 'permission' }, ...decided };
    await recorder.write({ turnId: turn.turnId, change: {}, events: toBodies(turn, clock(), [event]) });
  }

  function closed(turn: Turn, approvalId: string): void {
    const found = open.get(turn.turnId)?.get(approvalId);
    if (found === undefined) return;
    clearTimeout(found.patience);
    open.get(turn.turnId)?.delete(approvalId);
    if (found.decision !== null) return;
    const elsewhere = { option: null, by: 'terminal' as const };
    record(turn, found.approval, elsewhere).catch((error) => onTrouble('a decision was not recorded', error));
  }

  return {
    see(turn, update) {
      if (update.type === 'approval') {
        asked(turn, update.approval).catch((error) => onTrouble('a request could not be asked', error));
      }
      if (update.type === 'approval-closed') closed(turn, update.id);
    },
    async decide(turn, approvalId, decision) {
      const found = open.get(turn.turnId)?.get(approvalId);
      if (found === undefined) throw new PaliadinError('not_found', 'this is not asked any more');
      const { approval } = found;
      if (!(await mayDecide(turn, approval))) throw new PaliadinError('not_allowed', 'only the owner may decide this');
      const known = [...approval.options.map(({ id }) => id), DENY];
      if (!known.includes(decision.option)) {
        throw new PaliadinError('bad_request', `option is one of: ${[...new Set(known)].join(', ')}`);
      }
      await settle(turn, approval, decision, 'user');
    },
    forget(turnId) {
      for (const { patience } of open.get(turnId)?.values() ?? []) clearTimeout(patience);
      open.delete(turnId);
    },
  };
}

// For the agent, which reads it and goes on without.
const NOBODY = 'Nobody answered in time. Go on without it.';
const REFUSED = 'This user may not allow this. Go on without it.';
