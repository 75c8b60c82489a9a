/**
 * The tools that this application offers to the assistant: an MCP server over HTTP. Each request comes with a token that
 * says for whom; a tool does what that person may do, and no more.
 */
import { type CallToolResult, createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { type Case, type Cases, findPerson, type Person } from './data.ts';

/** Whom a token names. @throws where it is not valid here. */
export type Verify = (token: string) => Promise<string | undefined>;

/** Takes the tokens of this gateway that are for `audience`. */
export function verifyTokensOf(gateway: string, audience: string): Verify {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', gateway));
  const check = { issuer: gateway, audience, algorithms: ['ES256'], requiredClaims: ['sub', 'exp', 'turn'] };
  return async (token) => (await jwtVerify(token, keys, check)).payload.sub;
}

/** Answers the requests for tools. */
export function caseTools(cases: Cases, verify: Verify): (request: Request) => Promise<Response> {
  const handler = createMcpHandler(({ authInfo }) => serverFor(authInfo?.extra?.person as Person, cases));
  return async (request) => {
    const token = request.headers.get('authorization')?.replace(/^Bearer /, '') ?? '';
    const person = findPerson(await verify(token).catch(() => undefined));
    if (!person) return new Response('this token is not valid here', { status: 401 });
    return handler.fetch(request, { authInfo: { token, clientId: person.id, scopes: [], extra: { person } } });
  };
}

/** What a tool throws reaches the agent as the reason. */
function serverFor(person: Person, cases: Cases): McpServer {
  const server = new McpServer({ name: 'cases', version: '1.0.0' });
  const id = z.int().describe('the number of the case');

  server.registerTool(
    'list_cases',
    {
      title: 'List cases',
      description: `Lists the cases of the person who asks, the next to be due first. Listet Fälle auf. ${LINK}`,
      inputSchema: z.object({ overdue: z.boolean().optional().describe('only those that are overdue (überfällig)') }),
      annotations: { readOnlyHint: true },
    },
    ({ overdue = false }) => result({ cases: cases.list(person, { overdue }).map(withLink) }),
  );

  server.registerTool(
    'read_case',
    {
      title: 'Read case',
      description: 'Reads one case of the person who asks, by its number. Liest einen Fall.',
      inputSchema: z.object({ id }),
      annotations: { readOnlyHint: true },
    },
    ({ id }) => result({ case: withLink(cases.read(person, id)) }),
  );

  server.registerTool(
    'close_case',
    {
      title: 'Close case',
      description: 'Closes one case of the person who asks, by its number. Schließt einen Fall.',
      inputSchema: z.object({ id }),
      annotations: { destructiveHint: true },
    },
    ({ id }) => result({ closed: withLink(cases.close(person, id)) }),
  );

  return server;
}

const LINK = 'To show one in an answer, link its title to its `link`.';
const withLink = (row: Case) => ({ ...row, link: `app:/cases/${row.id}` });

function result(data: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(data) }], structuredContent: data };
}
