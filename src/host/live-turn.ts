/** A turn in progress: what happened so far, who listens, and how it ends. */
import { type ApprovalStep, awaitsDecision, isOpen } from '../contract/approval-machine.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { HostOutcome, HostUpdate } from '../contract/host.ts';
import { pieces } from '../contract/pieces.ts';
import type { ApprovalRequest, Decision, ToolProgress, TurnNotice } from '../contract/turn.ts';
import { NO_APPROVALS, openApprovals, stepped, type TurnApprovals, withEvent } from '../contract/turn-approvals.ts';
import { commonLength, startAnswer } from './answer.ts';
import { bounded } from './bounded-approval.ts';
import type { TurnEntry } from './turn-entry.ts';

type Listener = (update: HostUpdate) => void;

export class LiveTurn {
  readonly turnId: string;
  readonly digest: string;
  readonly nonce: string;
  readonly acceptedAt: number;
  /** The highest fence of any request for it. */
  fence: number;
  /** The language of the person who asked. */
  readonly locale: string | undefined;
  state: 'accepted' | 'delivering' | 'running' = 'accepted';
  /** Aborts when a person stops the turn. */
  readonly stop = new AbortController();
  /** Resolves when the outcome is on disk. */
  readonly outcome: Promise<HostOutcome>;
  readonly end: (outcome: HostOutcome) => void;
  #answer = startAnswer();
  #changedFrom: number | null = null;
  readonly #tools = new Map<string, ToolProgress>();
  readonly #notices = new Set<TurnNotice>();
  #approvals: TurnApprovals = NO_APPROVALS;
  /** Called when the agent has received the decision that it waited for. */
  onDecided: () => void = () => {};
  readonly #listeners = new Set<Listener>();

  constructor(known: Pick<TurnEntry, 'turnId' | 'digest' | 'nonce' | 'acceptedAt' | 'fence' | 'locale'>) {
    this.turnId = known.turnId;
    this.digest = known.digest;
    this.nonce = known.nonce;
    this.acceptedAt = known.acceptedAt;
    this.fence = known.fence;
    this.locale = known.locale;
    const { promise, resolve } = Promise.withResolvers<HostOutcome>();
    this.outcome = promise;
    this.end = resolve;
  }

  /** The agent has shown a sign of its work. */
  get begun(): boolean {
    return this.answer !== '' || this.#tools.size > 0 || openApprovals(this.#approvals).length > 0;
  }

  /** The offset from which the answer differs from what was emitted first; null if it does not. */
  get changedFrom(): number | null {
    return this.#changedFrom;
  }

  get answer(): string {
    return this.#answer.text;
  }

  /** The agent waits for a person's decision. */
  get waiting(): boolean {
    return openApprovals(this.#approvals).some(({ state }) => awaitsDecision(state));
  }

  /** Emits everything that has happened, the answer from offset `from` on, then new events until the turn ends. */
  async follow(from: number, listener: Listener): Promise<HostOutcome> {
    this.#replay(from, listener);
    this.#listeners.add(listener);
    try {
      return await this.outcome;
    } finally {
      this.#listeners.delete(listener);
    }
  }

  received(): void {
    if (this.state === 'running') return;
    this.state = 'running';
    this.#tell({ type: 'running' });
  }

  write(delta: string): void {
    const offset = this.answer.length;
    for (const piece of pieces(this.#answer.push(delta), offset)) this.#tell(piece);
  }

  /** Replaces the answer by this text, whatever was emitted before. */
  restate(text: string): void {
    const before = this.answer;
    this.#answer = startAnswer();
    this.#answer.push(text);
    const offset = commonLength(before, this.answer);
    if (offset < before.length) this.#changedFrom = Math.min(offset, this.#changedFrom ?? offset);
    const told = [...pieces(this.answer.slice(offset), offset)];
    for (const piece of told.length > 0 ? told : [{ type: 'chunk', offset, text: '' } as const]) this.#tell(piece);
  }

  showTool(tool: ToolProgress): void {
    this.#tools.set(tool.id, tool);
    this.#tell({ type: 'tool', tool });
  }

  notice(notice: TurnNotice): void {
    if (this.#notices.has(notice)) return;
    this.#notices.add(notice);
    this.#tell({ type: 'notice', notice });
  }

  askApproval(asked: ApprovalRequest): void {
    this.#seeApproval({ type: 'approval', approval: bounded(asked) });
  }

  /** The open request with this id; undefined if there is none, or if it is closed. */
  approval(id: string): ApprovalRequest | undefined {
    const approval = this.#approvals.get(id);
    return approval !== undefined && isOpen(approval.state) ? approval.request : undefined;
  }

  /**
   * Sends a decision to the agent, by `tell`. A decision that the agent already has is not sent again.
   * @throws PaliadinError `not_found` if this is not asked, or not any more; `conflict` while another decision is being
   *   sent; and errors of `tell`: then it can be decided again
   */
  async resolveApproval(id: string, decision: Decision, tell: () => Promise<void>): Promise<void> {
    const state = this.#approvals.get(id)?.state;
    if (state === undefined || !isOpen(state)) throw new PaliadinError('not_found', 'this is not asked any more');
    if (state.at === 'decided') return;
    if (!this.#stepApproval(id, { type: 'decide', verdict: { decision, by: 'gateway' } })) {
      throw new PaliadinError('conflict', 'this is being decided just now');
    }
    try {
      await tell();
    } catch (error) {
      this.#stepApproval(id, { type: 'fail' });
      throw error;
    }
    this.#stepApproval(id, { type: 'stand' });
    this.onDecided();
  }

  closeApproval(id: string): void {
    this.#seeApproval({ type: 'approval-closed', id });
  }

  /** Emits an update only if it changes the state. */
  #seeApproval(update: Extract<HostUpdate, { type: 'approval' | 'approval-closed' }>): void {
    const before = this.#approvals;
    this.#approvals = withEvent(before, update);
    if (this.#approvals !== before) this.#tell(update);
  }

  #stepApproval(id: string, step: ApprovalStep): boolean {
    const before = this.#approvals;
    this.#approvals = stepped(before, id, step);
    return this.#approvals !== before;
  }

  #replay(from: number, listener: Listener): void {
    for (const notice of this.#notices) listener({ type: 'notice', notice });
    if (this.state === 'running') listener({ type: 'running' });
    for (const tool of this.#tools.values()) listener({ type: 'tool', tool });
    const at = Math.min(from, this.changedFrom ?? from);
    for (const piece of pieces(this.answer.slice(at), at)) listener(piece);
    for (const { request } of openApprovals(this.#approvals)) listener({ type: 'approval', approval: request });
    // A listener that joins again may have missed that a request was closed.
    for (const [id, { state }] of this.#approvals) if (!isOpen(state)) listener({ type: 'approval-closed', id });
  }

  #tell(update: HostUpdate): void {
    for (const listener of this.#listeners) {
      try {
        listener(update);
      } catch {
        // A listener that fails misses this, and can join again; the turn and other listeners continue.
        this.#listeners.delete(listener);
      }
    }
  }
}
