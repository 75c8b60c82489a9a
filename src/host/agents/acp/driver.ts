/**
 * The driver for any agent that speaks ACP: a child of the daemon for each live conversation. What it tells is written
 * to a log for each turn, so that it survives the daemon.
 */
import type { Launch } from '../../tmux/setup.ts';
import type { Driver } from '../driver.ts';
import type { AgentPaths } from '../paths.ts';
import { forgetTurnLog, watchTurnLog } from '../turn-log.ts';
import { type ChildAgent, type ChildAgentOptions, childAgent, keptFor } from './child-agent.ts';

export interface AcpOptions extends Pick<ChildAgentOptions, 'command' | 'instructions' | 'limits' | 'memory'> {
  /** Program and arguments. */
  argv: [string, ...string[]];
  /** What else its launch needs: variables, and files if it is in a sandbox. */
  needs(paths: AgentPaths): Pick<Launch, 'env'> & Partial<Launch>;
}

export function acpDriver({ argv, needs, ...options }: AcpOptions): Driver {
  /** By the session's directory. */
  const agents = new Map<string, ChildAgent>();
  const launch = (paths: AgentPaths): Launch => ({ cwd: paths.home.cwd, ...needs(paths), argv });
  return {
    name: 'acp',
    takesFiles: true,
    launch,
    open(opened) {
      const agent = childAgent({ ...options, ...opened, launch });
      agents.set(opened.directory, agent);
      return agent;
    },
    keeps: (paths) => keptFor(paths, options.command) !== null,
    // It has no screen: nobody reads one.
    read: () => ({ state: 'starting' }),
    envelope: () => ({}),
    watch: watchTurnLog,
    async decide({ turn, approval, decision }) {
      agents.get(turn.directory)?.decide(turn.turnId, approval.id, decision);
    },
    forget: forgetTurnLog,
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.end()));
    },
  };
}
