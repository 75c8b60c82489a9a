/** The server of an MCP configuration, in the form that Claude Code reads too. */
import { readFileSync } from 'node:fs';

export interface ToolServer {
  url: string;
  headers: Record<string, string>;
}

/** Its first server over HTTP; `${NAME}` stands for a variable of the environment. Null if it has none. */
export function readToolServer(file: string, env: Record<string, string | undefined>): ToolServer | null {
  const filled = (text: unknown) => String(text).replace(/\$\{(\w+)\}/g, (_, name) => env[name] ?? '');
  const servers = Object.values<{ type?: string; url?: string; headers?: object }>(
    JSON.parse(readFileSync(file, 'utf8')).mcpServers ?? {},
  );
  const server = servers.find(({ type }) => type === 'http');
  if (server === undefined) return null;
  const headers = Object.entries(server.headers ?? {}).map(([name, value]) => [name, filled(value)]);
  return { url: filled(server.url), headers: Object.fromEntries(headers) };
}
