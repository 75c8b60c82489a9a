/** A turn that is under way: what happened so far, who listens, and how it ends. */
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
  /** The highest that it was asked with. */
  fence: number;
  /** The language of whoever asked. */
  readonly locale: string | undefined;
  state: 'accepted' | 'delivering' | 'running' = 'accepted';
  /** Aborts when a person wants the turn stopped. */
  readonly stop = new AbortController();
  /** Resolves when the outcome is on disk. */
  readonly outcome: Promise<HostOutcome>;
  readonly end: (outcome: HostOutcome) => void;
  #answer = startAnswer();
  #changedFrom: number | null = null;
  readonly #tools = new Map<string, ToolProgress>();
  readonly #notices = new Set<TurnNotice>();
  #approvals: TurnApprovals = NO_APPROVALS;
  /** The agent was told what it waited for. */
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

  /** The agent has shown something of its work. */
  get begun(): boolean {
    return this.answer !== '' || this.#tools.size > 0 || openApprovals(this.#approvals).length > 0;
  }

  /** From here on the answer is not what had been told first; null where it is. */
  get changedFrom(): number | null {
    return this.#changedFrom;
  }

  get answer(): string {
    return this.#answer.text;
  }

  /** A person's word is needed before the agent goes on. */
  get waiting(): boolean {
    return openApprovals(this.#approvals).some(({ state }) => awaitsDecision(state));
  }

  /** Tells all that happened, the answer from offset `from` on, then what happens, until it ends. */
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

  /** The answer is this, whatever was told of it. */
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

  /** What is asked under this id; undefined where nothing is, or no more. */
  approval(id: string): ApprovalRequest | undefined {
    const approval = this.#approvals.get(id);
    return approval !== undefined && isOpen(approval.state) ? approval.request : undefined;
  }

  /**
   * Lets the agent hear a decision, by `tell`. What it has heard already is not told a second time.
   * @throws PaliadinError `not_found` where this is not asked, or not any more; `conflict` while the agent is being told
   *   another; and what `tell` throws: then it can be decided again
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

  /** Tells what changes something. */
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
    // Whoever joins may have missed that they are not asked any more.
    for (const [id, { state }] of this.#approvals) if (!isOpen(state)) listener({ type: 'approval-closed', id });
  }

  #tell(update: HostUpdate): void {
    for (const listener of this.#listeners) {
      try {
        listener(update);
      } catch {
        // Whoever can't listen misses it, and can join again; turn and other listeners go on.
        this.#listeners.delete(listener);
      }
    }
  }
}
