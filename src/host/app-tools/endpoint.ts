/**
 * Opens the way to the application's tools when the first question comes that has some: until then there is no server,
 * and, for agents that need none, no relay.
 */
import { agentSecret } from '../agent-secret.ts';
import { relayFiles } from '../relay/files.ts';
import type { Relay } from '../relay/open-relay.ts';
import type { SessionListener } from '../relay/session-listener.ts';
import type { JoinedTools } from './joined-tools.ts';
import { anyMcpConfig, type McpAccess, mcpAccess } from './mcp-access.ts';

export interface AppToolsEndpoint {
  /** What the session's agent needs to be started with; undefined where the way can't be opened. Never rejects. */
  open(session: string): Promise<McpAccess | undefined>;
  /** Agents that an earlier daemon started may call at once. Never rejects. */
  openIfUsed(): Promise<void>;
  /** The relay's port; null where it was not needed yet. */
  readonly port: number | null;
  close(): Promise<void>;
}

export interface AppToolsEndpointOptions {
  /** The host's own (0700). */
  directory: string;
  /** The journal, with each session's secret. */
  sessions: string;
  agentDirectory(session: string): string;
  version: string;
  openRelay(): Promise<Pick<Relay, 'port'>>;
  toolsOf(session: string, use: 'list' | 'call'): JoinedTools | null;
  onError(what: string, error: unknown): void;
}

interface Opened {
  server: SessionListener;
  relay: Pick<Relay, 'port'>;
}

export function appToolsEndpoint(options: AppToolsEndpointOptions): AppToolsEndpoint {
  const { directory, sessions, version, toolsOf, onError } = options;
  let opening: Promise<Opened> | null = null;
  let opened: Opened | null = null;

  async function openBoth(): Promise<Opened> {
    // Loaded here: most hosts have no use for it.
    const { startMcpServer } = await import('./mcp-server.ts');
    const server = await startMcpServer({ socket: relayFiles(directory).appTools, version, toolsOf, onError });
    try {
      opened = { server, relay: await options.openRelay() };
      return opened;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  async function ensure(): Promise<Opened | null> {
    opening ??= openBoth();
    try {
      return await opening;
    } catch (error) {
      opening = null; // the next question tries again
      onError('the way to the application’s tools can’t be opened; agents have none', error);
      return null;
    }
  }

  return {
    async open(session) {
      const way = await ensure();
      if (way === null) return undefined;
      const token = `${session}.${agentSecret(sessions, session)}`;
      return mcpAccess(options.agentDirectory(session), way.relay.port, token);
    },
    async openIfUsed() {
      if (anyMcpConfig(sessions)) await ensure();
    },
    get port() {
      return opened?.relay.port ?? null;
    },
    async close() {
      await opening?.catch(() => {}); // what failed is closed already
      await opened?.server.close();
    },
  };
}
