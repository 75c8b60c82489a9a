/** What the agent does on the way to its answer, in order, with when each step began and ended. */
import type { ToolProgress } from './turn.ts';

/** Times are UTC milliseconds. */
export interface Step extends ToolProgress {
  startedAt: number;
  endedAt: number | null;
}

export function addStep(steps: readonly Step[], tool: ToolProgress, at: number): Step[] {
  const endedAt = tool.status === 'running' ? null : at;
  const index = steps.findIndex(({ id }) => id === tool.id);
  const before = steps[index];
  if (before === undefined) return [...steps, { ...tool, startedAt: at, endedAt }];
  return steps.with(index, { ...tool, startedAt: before.startedAt, endedAt });
}
