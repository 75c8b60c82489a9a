/** A gateway with an application behind it: the example's, or one that a test makes of a few lines. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { afterAll, beforeAll } from 'vitest';
import type { TurnInFull } from '../../src/contract/admin/turn.ts';
import type { ApprovalRequest, Decision } from '../../src/contract/turn.ts';
import type { ApiClient } from '../support/api-client.ts';
import { type CaseApp, closed, listening, startCaseApp } from '../support/case-app.ts';
import { type GatewayOptions, startTestGateway, type TestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

/** The example's application and a gateway for it, for all tests of a file. */
export function useCases(env: Record<string, string> = {}, options: GatewayOptions = {}) {
  let app: CaseApp | undefined;
  let gateway: TestGateway | undefined;
  beforeAll(async () => {
    app = await startCaseApp();
    gateway = await startTestGateway({ ...options, env: { PALIADIN_APP_TOOLS_URL: app.url, ...env } });
    app.trust(gateway.url);
    await isReady(gateway);
  });
  afterAll(async () => {
    await gateway?.dispose();
    await app?.close();
  });
  return {
    get app() {
      if (app === undefined) throw new Error('the application has not been started yet');
      return app;
    },
    get gateway() {
      if (gateway === undefined) throw new Error('the gateway has not been started yet');
      return gateway;
    },
  };
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** A gateway whose application is whatever `serve` makes it for the moment. */
export function useAnyApp(env: Record<string, string> = {}) {
  let handle: Handle = (_, response) => void response.writeHead(500).end();
  const server = createServer((request, response) => handle(request, response));
  let gateway: TestGateway | undefined;
  let url = '';
  beforeAll(async () => {
    url = await listening(server);
    gateway = await startTestGateway({ env: { PALIADIN_APP_TOOLS_URL: url, ...env } });
    await isReady(gateway);
  });
  afterAll(async () => {
    await gateway?.dispose();
    await closed(server);
  });
  return {
    get gateway() {
      if (gateway === undefined) throw new Error('the gateway has not been started yet');
      return gateway;
    },
    get url() {
      return url;
    },
    serve(now: Handle) {
      handle = now;
    },
    /** An MCP server with these tools; in the form before the newest too, or only in that one, with sessions. */
    serveTools(register: (server: McpServer) => void, era: 'any' | 'legacy' = 'any') {
      handle = era === 'any' ? anyEra(register) : withSessions(register);
    },
  };
}

function serverWith(register: (server: McpServer) => void): McpServer {
  const server = new McpServer({ name: 'test', version: '1.0.0' });
  register(server);
  return server;
}

export function anyEra(register: (server: McpServer) => void): Handle {
  const node = toNodeHandler(createMcpHandler(() => serverWith(register)));
  return (request, response) => void node(request as never, response as never);
}

/** As servers were before 2026: `initialize`, a session, and nothing without one. */
function withSessions(register: (server: McpServer) => void): Handle {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  return (request, response) => {
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    if (known !== undefined) return void known.handleRequest(request, response);
    if (id !== undefined) return void response.writeHead(404).end();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (session) => void sessions.set(session, transport),
    });
    void serverWith(register)
      .connect(transport)
      .then(() => transport.handleRequest(request, response));
  };
}

async function isReady({ url }: TestGateway): Promise<void> {
  await until('the host to be ready', async () => (await fetch(`${url}/readyz`)).ok);
}

/** Asks, decides on each card that comes, and waits for the end. */
export async function answerWith(
  client: ApiClient,
  message: string,
  decide: (asked: ApprovalRequest) => Decision | null,
  options: { locale?: string } = {},
) {
  const { turnId } = await client.ask(message, options);
  const seen: ApprovalRequest[] = [];
  for await (const { event } of client.events(turnId)) {
    if (event.type === 'finished') return { turn: event.turn, seen };
    if (event.type !== 'approval') continue;
    seen.push(event.approval);
    const decision = decide(event.approval);
    if (decision !== null) await decideOn(client, turnId, event.approval.id, decision);
  }
  throw new Error('the stream ended before the turn');
}

export function decideOn(client: ApiClient, turnId: string, id: string, decision: Decision): Promise<Response> {
  return client.call('POST', `/api/turns/${turnId}/approvals/${encodeURIComponent(id)}`, { body: decision });
}

/** What is on record of the turn's calls. */
export async function callsOf(gateway: TestGateway, turnId: string): Promise<TurnInFull['toolCalls']> {
  const response = await (await gateway.as('owner')).call('GET', `/api/admin/turns/${turnId}`);
  return ((await response.json()) as TurnInFull).toolCalls;
}
