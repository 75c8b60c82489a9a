/** The API's description, OpenAPI 3.1, generated from the schemas that validate requests. */
import swagger from '@fastify/swagger';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  conversationsPage,
  conversationView,
  errorBody,
  feedback,
  historyPage,
  me,
  readiness,
  resetResult,
  turnView,
} from '../contract/api.ts';
import { errorTable } from '../contract/errors.ts';
import { SESSION_KEY_HEADER } from '../contract/session-key.ts';
import { cookieName } from './browser-cookie.ts';
import type { App, ServerOptions } from './options.ts';

export async function describeApi(app: App, options: Pick<ServerOptions, 'version' | 'publicOrigins'>): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Paliadin',
        version: options.version,
        description: 'Asks the CLI agent on the owner’s machine, and tells what became of each question.',
      },
      components: {
        securitySchemes: {
          // Named when the description is requested: only then the address that it is requested under is known.
          browser: { type: 'apiKey', in: 'cookie', name: '' },
          sessionKey: { type: 'apiKey', in: 'header', name: SESSION_KEY_HEADER },
          token: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ browser: [], sessionKey: [] }, { token: [] }],
    },
    transform: createJsonSchemaTransform({ schemaRegistry: names }),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry: names }),
  });
  app.get('/openapi.json', { config: { open: true, crossSite: true }, schema: { hide: true } }, async (request) =>
    withCookieName(withoutUnused(app.swagger()), cookieName(request, options)),
  );
}

/** The responses of a route: `good`, the errors that every route may return, and those of `codes`. */
export function responses<T extends Record<number, unknown>>(good: T, ...codes: (keyof typeof errorTable)[]) {
  const statuses = new Map<number, string[]>();
  for (const code of [...codes, ...everywhere]) {
    const { http } = errorTable[code];
    statuses.set(http, [...(statuses.get(http) ?? []), code]);
  }
  return { ...good, ...Object.fromEntries([...statuses].map(([status, of]) => [status, errorResponse(of)])) } as T;
}

/** No sign-in needed. */
export const noSecurity = [{}];

const everywhere = ['unauthenticated', 'not_allowed', 'rate_limited', 'store_unavailable', 'internal'] as const;

function withCookieName(api: object, name: string): object {
  const { components, ...rest } = api as { components: { securitySchemes: { browser: object } } };
  const { securitySchemes } = components;
  const browser = { ...securitySchemes.browser, name };
  return { ...rest, components: { ...components, securitySchemes: { ...securitySchemes, browser } } };
}

/** The registry returns each schema twice, for input and for output; only one of the two is used. */
function withoutUnused(api: ReturnType<App['swagger']>): object {
  const { components: { schemas = {}, ...components } = {}, ...rest } = api as { components?: Components };
  const used = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(schemas[name]);
    }
  };
  visit(rest);
  const kept = Object.entries(schemas).filter(([name]) => used.has(name));
  return { ...rest, components: { ...components, schemas: Object.fromEntries(kept) } };
}

interface Components {
  schemas?: Record<string, unknown>;
}

function errorResponse(codes: string[]) {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: { 'application/json': { schema: errorBody } },
  };
}

// The schemas that the description refers to by name.
const names = z.registry<{ id: string }>();
names.add(errorBody, { id: 'Error' });
names.add(turnView, { id: 'Turn' });
names.add(historyPage, { id: 'HistoryPage' });
names.add(conversationView, { id: 'Conversation' });
names.add(conversationsPage, { id: 'ConversationsPage' });
names.add(feedback, { id: 'Feedback' });
names.add(me, { id: 'Me' });
names.add(resetResult, { id: 'ResetResult' });
names.add(readiness, { id: 'Readiness' });
