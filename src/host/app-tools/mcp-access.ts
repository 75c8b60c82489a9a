/** How a session's agent reaches the application's tools: an MCP configuration without a secret, and the secret beside it. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readIfExists, writeAtomically } from '../../process/files.ts';
import { MCP_PATH } from '../relay/files.ts';

/** What a launch needs, beside its arguments. */
export interface McpAccess {
  /** In the form that Claude Code reads; its header names a variable of the environment. */
  file: string;
  /** The relay's. */
  port: number;
  env: Record<string, string>;
}

/** The agent knows the application's tools as `mcp__paliadin__NAME`. */
export const MCP_SERVER = 'paliadin';

export function mcpAccess(directory: string, port: number, token: string): McpAccess {
  return { file: fileIn(directory), port, env: { [TOKEN_VARIABLE]: token, ...contents(port).env } };
}

/** Called before each launch: the file says how the agent that runs was started. */
export function writeMcpConfig(directory: string, port: number | null): void {
  if (port === null) rmSync(fileIn(directory), { force: true });
  else writeAtomically(fileIn(directory), contents(port).text);
}

/** Whether an agent that already runs has the tools, at this port. */
export function hasMcpConfig(directory: string, port: number): boolean {
  return readIfExists(fileIn(directory)) === contents(port).text;
}

/** Whether it calls another port than this one: a stranger may have that one now. */
export function callsOtherPort(directory: string, port: number): boolean {
  return existsSync(fileIn(directory)) && !hasMcpConfig(directory, port);
}

/** Whether any agent was started with the tools. `sessions` is the journal's directory. */
export function anyMcpConfig(sessions: string): boolean {
  try {
    return readdirSync(sessions).some((session) => existsSync(fileIn(join(sessions, session, 'agent'))));
  } catch {
    return false; // no agent was ever started
  }
}

function contents(port: number): { text: string; env: Record<string, string> } {
  const server = {
    type: 'http',
    url: `http://127.0.0.1:${port}${MCP_PATH}`,
    headers: { Authorization: `Bearer \${${TOKEN_VARIABLE}}` },
  };
  return {
    text: `${JSON.stringify({ mcpServers: { [MCP_SERVER]: server } })}\n`,
    // Claude Code's own: a person may take all day to decide, and a start may find a busy machine.
    env: { MCP_TOOL_TIMEOUT: '86400000', MCP_TIMEOUT: '30000' },
  };
}

function fileIn(directory: string): string {
  return join(directory, 'mcp.json');
}

const TOKEN_VARIABLE = 'PALIADIN_MCP_TOKEN';
