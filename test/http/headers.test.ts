/** The response headers of a real gateway for each kind of answer: page, asset, API, stream, refusal. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { expect, test } from 'vitest';
import { useGateway } from '../support/use-gateway.ts';

const PUBLIC = 'chat.example';
const gateway = useGateway({ env: { PALIADIN_AGENT: 'none', PALIADIN_PUBLIC_URL: `https://${PUBLIC}` } });

const PAGE_POLICY = [
  "base-uri 'none'",
  "connect-src 'self'",
  "default-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "img-src 'self' blob:",
  "object-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
];

async function ask(
  path: string,
  { host, token, method = 'GET' }: { host?: string; token?: string; method?: string } = {},
) {
  const { port } = new URL(gateway().url);
  const headers = { ...(host && { host }), ...(token && { authorization: `Bearer ${token}` }) };
  const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  sent.end();
  const [response] = await once(sent, 'response');
  const first = path === '/' ? String(await response.toArray()) : '';
  response.destroy();
  return { status: response.statusCode as number, headers: response.headers as IncomingHttpHeaders, text: first };
}

async function everyKind(host?: string) {
  const at = host === undefined ? {} : { host };
  const { token } = await gateway().as('anna');
  const page = await ask('/', at);
  const part = /assets\/index-[\w-]+\.js/.exec(page.text)?.[0] ?? '';
  return {
    page,
    part: await ask(`/${part}`, at),
    icon: await ask('/favicon.svg', at),
    me: await ask('/api/me', { ...at, token }),
    history: await ask('/api/turns', { ...at, token }),
    stream: await ask('/api/events', { ...at, token }),
    health: await ask('/healthz', at),
    ready: await ask('/readyz', at),
    description: await ask('/openapi.json', at),
    unauthenticated: await ask('/api/me', at),
    forbidden: await ask('/api/admin/turns', { ...at, token }),
    wrongHost: await ask('/', { host: 'evil.example' }),
    missing: await ask('/nothing', at),
    wrongMethod: await ask('/api/turns', { ...at, method: 'DELETE' }),
  };
}

test('each kind of answer has its security headers, under this machine’s own name', async () => {
  const all = await everyKind();
  const statuses = Object.fromEntries(Object.entries(all).map(([kind, { status }]) => [kind, status]));
  expect(statuses).toEqual({
    page: 200,
    part: 200,
    icon: 200,
    me: 200,
    history: 200,
    stream: 200,
    health: 200,
    ready: 503,
    description: 200,
    unauthenticated: 401,
    forbidden: 403,
    wrongHost: 403,
    missing: 404,
    wrongMethod: 405,
  });
  for (const [kind, { headers }] of Object.entries(all)) {
    const policy = String(headers['content-security-policy']);
    if (kind === 'page') expect(policy.split(';').sort()).toEqual(PAGE_POLICY);
    else expect([kind, policy]).toEqual([kind, "default-src 'none'; frame-ancestors 'none'"]);
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
    expect([kind, headers]).toMatchObject([
      kind,
      {
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('microphone=()'),
        'x-request-id': expect.stringMatching(/^[\w-]{16}$/),
      },
    ]);
    for (const none of ['server', 'x-powered-by', 'access-control-allow-origin', 'strict-transport-security']) {
      expect([kind, none, headers[none]]).toEqual([kind, none, undefined]);
    }
  }
  const kept = Object.fromEntries(Object.entries(all).map(([kind, { headers }]) => [kind, headers['cache-control']]));
  expect(kept).toEqual({
    ...Object.fromEntries(Object.keys(all).map((kind) => [kind, 'no-store'])),
    page: 'no-cache',
    icon: 'no-cache',
    part: 'public, max-age=31536000, immutable',
    stream: 'no-store, no-transform',
  });
  expect(new Set(Object.values(all).map(({ headers }) => headers['x-request-id'])).size).toBe(Object.keys(all).length);
});

test('each kind of answer under a public https name has HSTS for a year', async () => {
  const { wrongHost, ...all } = await everyKind(PUBLIC);
  expect(all.page.status).toBe(200);
  for (const [kind, { headers }] of Object.entries(all)) {
    expect([kind, headers['strict-transport-security']]).toEqual([kind, 'max-age=31536000']);
  }
  expect(wrongHost.headers['strict-transport-security']).toBeUndefined();
});

test('the page has no inline script or style, and loads nothing from elsewhere', async () => {
  const { text } = await ask('/');
  expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc="\/)/);
  expect([...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target]) => target)).toSatisfy((targets: string[]) =>
    targets.every((target) => target.startsWith('/')),
  );
});
