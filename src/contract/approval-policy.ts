/**
 * What this host lets a gateway allow. An attacker may control the gateway, so the host enforces a policy of its own,
 * whatever the gateway and its users say. A question from the agent is not a permission: it always reaches the person.
 */
import type { ApprovalRequest } from './turn.ts';

export interface ApprovalPolicy {
  /**
   * `deny`: what the agent's own settings do not allow is refused. `gateway`: the gateway decides, or the person it
   * asks.
   */
  approvals: 'deny' | 'gateway';
  /** Rules for tools that no gateway may allow: see `TOOL_RULE`. */
  neverAllow: readonly string[];
}

/**
 * The name of a tool or of an MCP server (`mcp__mail`), or the beginning of a name and a star (`mcp__mail__*`, `*`).
 */
export const TOOL_RULE = /^(?:[\w.:-]+\*?|\*)$/;

/** Why the host itself refuses this, in words for the agent; null where a person may decide it. */
export function refusalOf(
  { approvals, neverAllow }: ApprovalPolicy,
  { kind, tool }: Pick<ApprovalRequest, 'kind' | 'tool'>,
): string | null {
  if (kind === 'question') return null;
  if (approvals === 'deny') return DENIED;
  if (neverAllow.length === 0) return null;
  // A tool without a name can't be distinguished from one that is listed.
  return tool === undefined || neverAllow.some((rule) => covers(rule, tool)) ? NEVER_ALLOWED : null;
}

function covers(rule: string, tool: string): boolean {
  const wanted = rule.toLowerCase();
  const name = tool.toLowerCase();
  if (wanted.endsWith('*')) return name.startsWith(wanted.slice(0, -1));
  if (name === wanted || SAME_RIGHT[wanted]?.includes(name)) return true;
  return wanted.startsWith('mcp__') && name.startsWith(`${wanted}__`);
}

// As in Claude Code's own rules: one name stands for all tools that have the same effect.
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
