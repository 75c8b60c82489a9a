/** A turn that is under way: what happened so far, who listens, and how it ends. */
import type { HostOutcome, HostUpdate } from '../contract/host.ts';
import { pieces } from '../contract/pieces.ts';
import type { ApprovalRequest, ToolProgress, TurnNotice } from '../contract/turn.ts';
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
  readonly #approvals = new Map<string, ApprovalRequest>();
  /** Told again too: whoever joins may have missed that they are not asked any more. */
  readonly #closed = new Set<string>();
  /** Decided, and not yet closed by the agent. */
  readonly #decided = new Set<string>();
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
    return this.answer !== '' || this.#tools.size > 0 || this.#approvals.size > 0;
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
    return this.#approvals.size > this.#decided.size;
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
    const approval = bounded(asked);
    this.#approvals.set(approval.id, approval);
    this.#tell({ type: 'approval', approval });
  }

  /** What is asked under this id; undefined where nothing is, or no more. */
  approval(id: string): ApprovalRequest | undefined {
    return this.#approvals.get(id);
  }

  decided(id: string): void {
    if (this.#approvals.has(id)) this.#decided.add(id);
    this.onDecided();
  }

  closeApproval(id: string): void {
    if (!this.#approvals.delete(id)) return;
    this.#decided.delete(id);
    this.#closed.add(id);
    this.#tell({ type: 'approval-closed', id });
  }

  #replay(from: number, listener: Listener): void {
    for (const notice of this.#notices) listener({ type: 'notice', notice });
    if (this.state === 'running') listener({ type: 'running' });
    for (const tool of this.#tools.values()) listener({ type: 'tool', tool });
    const at = Math.min(from, this.changedFrom ?? from);
    for (const piece of pieces(this.answer.slice(at), at)) listener(piece);
    for (const approval of this.#approvals.values()) listener({ type: 'approval', approval });
    for (const id of this.#closed) listener({ type: 'approval-closed', id });
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
