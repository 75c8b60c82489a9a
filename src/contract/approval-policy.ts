/**
 * What this host lets a gateway allow. The gateway may be stolen, so the host has its own word on it, whatever the gateway
 * and its users say. A question of the agent's is no permission: it always reaches the person.
 */
import type { ApprovalRequest } from './turn.ts';

export interface ApprovalPolicy {
  /** `deny`: what the agent's own settings do not allow is refused. `gateway`: the gateway, or whoever it asks, decides. */
  approvals: 'deny' | 'gateway';
  /** Rules for tools that no gateway may allow: see `TOOL_RULE`. */
  neverAllow: readonly string[];
}

/** A tool's name, a server's (`mcp__mail`), or the beginning of a name and a star (`mcp__mail__*`, `*`). */
export const TOOL_RULE = /^(?:[\w.:-]+\*?|\*)$/;

/** Why the host refuses this itself, in words for the agent; null where a person may decide it. */
export function refusalOf(
  { approvals, neverAllow }: ApprovalPolicy,
  { kind, tool }: Pick<ApprovalRequest, 'kind' | 'tool'>,
): string | null {
  if (kind === 'question') return null;
  if (approvals === 'deny') return DENIED;
  if (neverAllow.length === 0) return null;
  // A tool that has no name can't be told from one that is listed.
  return tool === undefined || neverAllow.some((rule) => covers(rule, tool)) ? NEVER_ALLOWED : null;
}

function covers(rule: string, tool: string): boolean {
  const wanted = rule.toLowerCase();
  const name = tool.toLowerCase();
  if (wanted.endsWith('*')) return name.startsWith(wanted.slice(0, -1));
  if (name === wanted || SAME_RIGHT[wanted]?.includes(name)) return true;
  return wanted.startsWith('mcp__') && name.startsWith(`${wanted}__`);
}

// As in Claude Code's own rules: one name stands for all tools that come to the same.
const EDITING = ['edit', 'multiedit', 'write', 'notebookedit'];
const RUNNING = ['bash', 'powershell', 'monitor'];
const SAME_RIGHT: Record<string, readonly string[]> = {
  ...Object.fromEntries([...EDITING.map((name) => [name, EDITING]), ...RUNNING.map((name) => [name, RUNNING])]),
  read: ['read', 'glob', 'grep', 'ls', 'notebookread'],
  task: ['task', 'agent'],
  agent: ['task', 'agent'],
};

const GO_ON = 'Go on without it, or say in your answer what is missing.';
const DENIED = `On this machine nobody can be asked: only what its owner’s settings allow may be done. ${GO_ON}`;
const NEVER_ALLOWED = `The owner of this machine lets nobody allow this tool. ${GO_ON}`;
