/** Settings that keep a Claude Code from what belongs to other people, where its own rules are all that does. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { everyPathBut } from '../../isolation/every-name-but.ts';
import type { AgentHome } from '../../isolation/isolation.ts';

/** What its permissions and settings say beside the owner's; nothing where one person has it alone. */
export function apartFromOthers({ shared, forbidden, home, cwd }: AgentHome): Apart {
  if (shared === null) return { deny: [], settings: {}, env: {} };
  const unread = forbidden.map((pattern) => `Read(${ruleOf(pattern)})`);
  // A file that it changes elsewhere could be one that the owner runs, or that another person's agent takes for instructions.
  const unwritten = home === null ? everyPathBut(realpathSync(dirname(cwd))) : [];
  const writes = [`${shared}/**`, ...forbidden, ...unwritten].map((pattern) => `Edit(${ruleOf(pattern)})`);
  return {
    deny: [...CROSS_SESSION_TOOLS, ...unread, ...writes],
    settings: {
      autoMemoryEnabled: false,
      crossSessionInbound: 'refuse',
      // Only where the list of servers is the owner's: what stands in its place in the workspace is put aside.
      ...(existsSync(join(shared, '.mcp.json')) && { enableAllProjectMcpServers: true }),
    },
    // Nobody is there to say for each new workspace that it may be trusted: it is ours, and what is in it the owner shares.
    env: { CLAUDE_CODE_SANDBOXED: '1' },
  };
}

export interface Apart {
  /** Rules of what it may not do. */
  deny: string[];
  settings: object;
  env: Record<string, string>;
}

/** Two slashes begin an absolute path. */
function ruleOf(pattern: string): string {
  return pattern.startsWith('/') ? `/${pattern}` : pattern;
}

/** They show the account's other conversations, and write into them. */
const CROSS_SESSION_TOOLS = ['ListAgents', 'ListPeers', 'SendMessage'];
