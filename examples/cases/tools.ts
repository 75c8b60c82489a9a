/**
 * The tools that this application offers to the assistant: an MCP server over HTTP, mounted at `/mcp`. Each request comes
 * with a token that says for whom; a tool does what that person may do, and no more.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { type Case, type Cases, NotAllowed, type Person } from './data.ts';

/** The `sub` of a token that is valid here. @throws for any other. */
export type Verify = (token: string) => Promise<string>;

/** Tokens of the gateway at this address, for this audience. */
export function verifyTokensOf(gateway: string, audience: string): Verify {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', gateway));
  return async (token) => {
    const check = { issuer: gateway, audience, algorithms: ['ES256'], requiredClaims: ['sub', 'exp', 'turn'] };
    return (await jwtVerify(token, keys, check)).payload.sub ?? '';
  };
}

/**
 * `today` is a day, `YYYY-MM-DD`. `fetch` answers web requests (Hono: `app.all('/mcp', (c) => tools.fetch(c.req.raw))`),
 * `node` those of `node:http` (Fastify: `tools.node(request.raw, reply.raw, request.body)` after `reply.hijack()`).
 */
export function caseTools(cases: Cases, verify: Verify, today: () => string) {
  const handler = createMcpHandler(({ authInfo }) => {
    const person = cases.person(authInfo?.clientId ?? '');
    if (person === undefined) throw new Error('the token was verified before');
    return serverFor(person, cases, today);
  });

  async function fetch(request: Request, options: { parsedBody?: unknown } = {}): Promise<Response> {
    const token = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
    const person = cases.person(await verify(token).catch(() => ''));
    if (person === undefined) return new Response('this token is not valid here', { status: 401 });
    return handler.fetch(request, { ...options, authInfo: { token: '', clientId: person.id, scopes: [] } });
  }

  // Its own type of a request is `node:http`’s but for `exactOptionalPropertyTypes`.
  const node = toNodeHandler({ fetch }) as (from: IncomingMessage, to: ServerResponse, body?: unknown) => Promise<void>;
  return { fetch, node };
}

function serverFor(person: Person, cases: Cases, today: () => string): McpServer {
  const server = new McpServer({ name: 'cases', version: '1.0.0' });

  server.registerTool(
    'list_cases',
    {
      title: 'List cases',
      description:
        'Lists the cases of the person who asks, the next to be due first. Listet Fälle auf. To show one in an answer, link its title to its `link`.',
      inputSchema: z.object({
        overdue: z.boolean().optional().describe('only those that are open and overdue (überfällig)'),
      }),
      annotations: { readOnlyHint: true },
    },
    async ({ overdue }) => {
      const found = cases.list(person, { overdue: overdue === true, today: today() });
      return result({ cases: found.map(toRow) });
    },
  );

  server.registerTool(
    'read_case',
    {
      title: 'Read case',
      description: 'Reads one case of the person who asks, by its number. Liest einen Fall.',
      inputSchema: z.object({ id: z.int().describe('the number of the case') }),
      annotations: { readOnlyHint: true },
    },
    async ({ id }) => {
      const found = cases.read(person, id);
      return found === undefined ? failure(noSuch(id)) : result({ case: toRow(found) });
    },
  );

  server.registerTool(
    'close_case',
    {
      title: 'Close case',
      description: 'Closes one case of the person who asks, by its number. Schließt einen Fall.',
      inputSchema: z.object({ id: z.int().describe('the number of the case') }),
      annotations: { destructiveHint: true },
    },
    async ({ id }) => {
      try {
        const closed = cases.close(person, id);
        return closed === undefined ? failure(noSuch(id)) : result({ closed: toRow(closed) });
      } catch (error) {
        if (error instanceof NotAllowed) return failure(error.message);
        throw error;
      }
    },
  );

  return server;
}

function toRow({ id, title, client, due, status }: Case) {
  return { id, title, client, due, status, link: `app:/cases/${id}` };
}

function result(data: Record<string, unknown>) {
  return { content: [{ type: 'text' as const, text: JSON.stringify(data) }], structuredContent: data };
}

function failure(text: string) {
  return { content: [{ type: 'text' as const, text }], isError: true };
}

function noSuch(id: number): string {
  return `There is no case ${id}, or it is not one of this person’s.`;
}
