/** Tries every route that the router has, with credentials that must not open it. */
import { expect } from 'vitest';
import { runServer } from '../http/running-server.ts';
import type { TestGateway } from '../support/gateway.ts';

export interface Target {
  turnId: string;
  userId: string;
  session: string;
  /** What must never be in an answer. */
  secrets: readonly string[];
}

/** Somebody with a past: their question, and the words in its answer that are nobody else's. */
export async function aTarget(gateway: TestGateway, subject: string): Promise<Target> {
  const client = await gateway.as(subject);
  const { turnId } = await client.answer('demo echo the secret of case 42');
  const { user, session } = await client.me();
  return { turnId, userId: user.id, session: session.name, secrets: ['case 42', session.name] };
}

/** What needs no sign-in. Nobody's question, answer or name is in it. */
const OPEN =
  /^(GET|HEAD) (\/|\/\*|\/admin(\/\*)?|\/healthz|\/readyz|\/openapi\.json|\/client\.js|\/embed(\.js)?|\/\.well-known\/jwks\.json|\/api\/auth\/ways)$/;
const SIGN_IN = /^POST \/api\/auth\/(code|token|embed)$/;
/** Leads to the page with the application's token, which signs nobody in by itself. */
const FORM = 'POST /';

/** Expects 401 of every route that is not open, and of the open ones nothing about anybody. Returns how many refused. */
export async function isRefusedEverywhere(
  gateway: TestGateway,
  target: Target,
  attempts: readonly Record<string, string>[],
): Promise<number> {
  const { app } = await runServer();
  let refused = 0;
  for (const { method, url } of app.routes) {
    const route = `${method} ${url}`;
    const path = url
      .replace(':turnId', target.turnId)
      .replace(':userId', target.userId)
      .replace(':name', target.session)
      .replace(/:\w+/g, 'x')
      .replace('*', 'favicon.svg');
    for (const headers of attempts) {
      const hasBody = method !== 'GET' && method !== 'HEAD';
      const body = hasBody ? JSON.stringify(bodyOf(route)) : null;
      const type = hasBody ? { 'content-type': 'application/json' } : {};
      const asked = { method, headers: { ...type, ...headers }, body, redirect: 'manual' } as const;
      const response = await fetch(gateway.url + path, asked);
      const said = await response.text();
      for (const secret of target.secrets) expect([route, said.includes(secret)]).toEqual([route, false]);
      if (OPEN.test(route)) expect([route, response.status]).toEqual([route, 200]);
      else if (SIGN_IN.test(route)) expect([route, response.status]).toEqual([route, expect.toBeOneOf([401, 429])]);
      else if (route === FORM) expect(response.status).toBe(303);
      else {
        expect([route, headers, response.status]).toEqual([route, headers, 401]);
        refused++;
      }
      expect([route, response.headers.get('set-cookie')]).toEqual([route, null]);
    }
  }
  return refused;
}

function bodyOf(route: string): object {
  if (route === 'POST /api/auth/code') return { code: 'x' };
  if (route === FORM || route === 'POST /api/auth/token' || route === 'POST /api/auth/embed') return { token: 'x.y.z' };
  return { message: 'attack' };
}
