/** Settings that keep a Claude Code away from other people's data where only its own rules enforce that. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { everyPathBut } from '../../isolation/every-name-but.ts';
import type { AgentHome } from '../../isolation/isolation.ts';

/** Permissions and settings in addition to the owner's; empty if one person has the agent alone. */
export function apartFromOthers({ shared, forbidden, home, cwd }: AgentHome): Apart {
  if (shared === null) return { deny: [], settings: {}, env: {} };
  const unread = forbidden.map((pattern) => `Read(${ruleOf(pattern)})`);
  // A file that it changes elsewhere could be one that the owner runs, or that another person's agent reads as
  // instructions.
  const unwritten = home === null ? everyPathBut(realpathSync(dirname(cwd))) : [];
  const writes = [`${shared}/**`, ...forbidden, ...unwritten].map((pattern) => `Edit(${ruleOf(pattern)})`);
  return {
    deny: [...CROSS_SESSION_TOOLS, ...unread, ...writes],
    settings: {
      autoMemoryEnabled: false,
      crossSessionInbound: 'refuse',
      // Only if the list of servers is the owner's: another file by that name in the workspace is put aside.
      ...(existsSync(join(shared, '.mcp.json')) && { enableAllProjectMcpServers: true }),
    },
    // Nobody is there to trust each new workspace: it is ours, and the owner shares what is in it.
    env: { CLAUDE_CODE_SANDBOXED: '1' },
  };
}

export interface Apart {
  /** Rules that deny. */
  deny: string[];
  settings: object;
  env: Record<string, string>;
}

/** Two slashes begin an absolute path. */
function ruleOf(pattern: string): string {
  return pattern.startsWith('/') ? `/${pattern}` : pattern;
}

/** These tools show the account's other conversations, and write into them. */
const CROSS_SESSION_TOOLS = ['ListAgents', 'ListPeers', 'SendMessage'];
