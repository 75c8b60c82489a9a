/** The open requests of a turn: each closes with what it was asked for, and with nothing else. */
import type { Decision } from '../../../contract/turn.ts';

/** `over`: the turn has ended, and nobody can be asked. */
export type Answer = Decision | 'refused' | 'over';

export interface OpenApproval {
  /** The tool call that waits for it; undefined if that is unknown, or if no tool waits. */
  toolUse: string | undefined;
  /** What the tool is called with; null if no tool asks. */
  call: string | null;
  /** The helper of the agent that asks; undefined for the agent itself. */
  helper: string | undefined;
  /** Null if nobody waits for the answer any more, and only a dialog is left. */
  answer: ((answer: Answer) => void) | null;
  close(): void;
}

export class OpenApprovals {
  readonly #open = new Map<string, OpenApproval>();

  add(id: string, approval: OpenApproval): void {
    this.#open.set(id, approval);
  }

  get(id: string): OpenApproval | undefined {
    return this.#open.get(id);
  }

  /** False if it is closed already. */
  delete(id: string): boolean {
    return this.#open.delete(id);
  }

  /** The tool calls that wait for an approval. */
  get toolUses(): ReadonlySet<string> {
    return new Set([...this.#open.values()].flatMap(({ toolUse }) => toolUse ?? []));
  }

  /** Somebody has answered at the terminal: the tool has ended. */
  closeOf(toolUse: string, call: string): void {
    const known = [...this.#open.values()].find((one) => one.toolUse === toolUse);
    const found = known ?? [...this.#open.values()].find((one) => one.toolUse === undefined && one.call === call);
    found?.close();
  }

  /** The agent, or one of its helpers, continues: none of its own requests is open any more. */
  closeAllOf(helper: string | undefined): void {
    for (const approval of this.#open.values()) if (approval.helper === helper) approval.close();
  }

  closeAll(): void {
    for (const approval of this.#open.values()) approval.close();
  }

  /** True if somebody waited for an answer. */
  answerAll(answer: Answer): boolean {
    const asked = [...this.#open.values()].filter((one) => one.answer !== null);
    for (const one of asked) one.answer?.(answer);
    return asked.length > 0;
  }
}
