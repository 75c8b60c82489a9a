/** The running tools of a turn, each identified by its call: several may run at once, including those of helpers. */
import { createHash } from 'node:crypto';
import type { HookPayload } from './payload.ts';

export interface RunningTool {
  /** What it is called with; null if an earlier daemon recorded it. */
  call: string | null;
  /** Of a helper that the agent has started. */
  helper: string | undefined;
  /** Null if it is not shown to the user. */
  title: string | null;
}

/** Identifies a call that has no id: who calls what, with which input. */
export function callOf({ agent_id: helper = '', tool_name: name = '', tool_input: input = {} }: HookPayload): string {
  return createHash('sha256')
    .update(JSON.stringify([helper, name, input]))
    .digest('hex');
}

export class RunningTools {
  readonly #tools = new Map<string, RunningTool>();

  begin(id: string, tool: RunningTool): void {
    this.#tools.set(id, tool);
    for (const oldest of this.#tools.keys()) {
      if (this.#tools.size <= MOST_AT_ONCE) return;
      this.#tools.delete(oldest);
    }
  }

  end(id: string): RunningTool | undefined {
    const tool = this.#tools.get(id);
    this.#tools.delete(id);
    return tool;
  }

  /** Ids of the agent's own calls, or of one helper's. */
  of(helper: string | undefined): string[] {
    return [...this.#tools].filter(([, tool]) => tool.helper === helper).map(([id]) => id);
  }

  all(): string[] {
    return [...this.#tools.keys()];
  }

  /** The first such call that is not in `taken`: a permission request does not say which call it belongs to. */
  find(call: string, taken: ReadonlySet<string>): string | undefined {
    return [...this.#tools].find(([id, tool]) => tool.call === call && !taken.has(id))?.[0];
  }
}

// An agent can start any number; ten at once are many.
const MOST_AT_ONCE = 1_000;
