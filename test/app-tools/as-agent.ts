/** What an agent in a session's pane can do: it has the pane's token, and knows where the tools are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export interface AgentTools {
  list(): Promise<{ name: string; title?: string; description?: string; inputSchema: object }[]>;
  /** The text of the result. */
  call(name: string, args?: Record<string, unknown>): Promise<string>;
}

/** `host` is the host's own directory. `mode` as the protocol's library has it. */
export function agentTools(host: string, session: string, mode: 'auto' | 'legacy' = 'auto'): AgentTools {
  return toolsAt(mcpUrl(host), `${session}.${secretOf(host, session)}`, mode);
}

export function mcpUrl(host: string): string {
  return `http://127.0.0.1:${readFileSync(join(host, 'relay.port'), 'utf8').trim()}/mcp`;
}

export function secretOf(host: string, session: string): string {
  return readFileSync(join(host, 'sessions', session, 'agent-secret'), 'utf8');
}

export function toolsAt(url: string, token: string, mode: 'auto' | 'legacy' = 'auto'): AgentTools {
  async function connect(): Promise<Client> {
    const client = new Client({ name: 'an agent', version: '1' }, { versionNegotiation: { mode } });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
    return client;
  }
  return {
    list: async () => (await (await connect()).listTools()).tools as Awaited<ReturnType<AgentTools['list']>>,
    async call(name, args = {}) {
      const { content } = await (await connect()).callTool({ name, arguments: args }, { timeout: 60_000 });
      return (content as { text?: string }[]).map(({ text = '' }) => text).join('\n');
    },
  };
}
