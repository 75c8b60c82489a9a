/** The example's application as a test needs it: its cases and its tools, without its pages. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Cases } from '../../examples/cases/data.ts';
import { caseTools, type Verify, verifyTokensOf } from '../../examples/cases/tools.ts';

export interface CaseApp {
  /** Where its tools are. */
  url: string;
  cases: Cases;
  /** The tokens that came, each once, in their order. */
  tokens: string[];
  /** From now on, tokens of this gateway are the valid ones. */
  trust(gateway: string): void;
  close(): Promise<void>;
}

export async function startCaseApp(): Promise<CaseApp> {
  const cases = new Cases(':memory:');
  const tokens: string[] = [];
  let verifyToken: Verify | null = null;
  const verify: Verify = async (token) => {
    if (!tokens.includes(token)) tokens.push(token);
    if (verifyToken === null) throw new Error('there is no gateway yet');
    return verifyToken(token);
  };
  const server = createServer(getRequestListener(caseTools(cases, verify)));
  const url = await listening(server);
  return {
    url,
    cases,
    tokens,
    trust(gateway) {
      verifyToken = verifyTokensOf(gateway, url);
    },
    close: () => closed(server),
  };
}

/** On loopback; the address of its `/mcp`. */
export async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
