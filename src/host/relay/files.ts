/** Paths of the relay's files in the host's directory. */
import { join } from 'node:path';

/** Path of the application's tools at the relay. */
export const MCP_PATH = '/mcp';

export interface RelayFiles {
  /** The journal, with each session's secret. */
  sessions: string;
  /** Sockets of the agents' tmux servers. */
  tmux: string;
  /**
   * The socket for agents that have no access to loopback. Alone in its directory, so that a sandbox can be shown the
   * directory: a restarted relay creates another socket, which a mount of the file itself would not show.
   */
  socketDirectory: string;
  socket: string;
  /** For the daemon, and for checks of the relay's status. Never shown to an agent. */
  control: string;
  /** Where the daemon receives the hooks' calls. Never shown to an agent. */
  hooks: string;
  /** Where the daemon receives the agents' calls of the application's tools. Never shown to an agent. */
  appTools: string;
  lock: string;
  pid: string;
  port: string;
  log: string;
}

export function relayFiles(directory: string): RelayFiles {
  const at = (...names: string[]) => join(directory, ...names);
  return {
    sessions: at('sessions'),
    tmux: at('tmux'),
    socketDirectory: at('relay'),
    socket: at('relay', 'relay.sock'),
    control: at('relay-control.sock'),
    hooks: at('hooks.sock'),
    appTools: at('app-tools.sock'),
    lock: at('relay.lock'),
    pid: at('relay.pid'),
    port: at('relay.port'),
    log: at('relay.log'),
  };
}
