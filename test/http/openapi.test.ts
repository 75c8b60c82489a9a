import { expect, test } from 'vitest';
import { z } from 'zod';
import { aPerson, call, runServer } from './running-server.ts';

const schema = z.record(z.string(), z.unknown()).or(z.boolean());
const content = z.record(z.string().regex(/^[\w*]+\/[\w.+*-]+$/), z.object({ schema }));
const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean().optional(),
  schema,
});
const operation = z.object({
  summary: z.string(),
  parameters: z.array(parameter).optional(),
  requestBody: z.object({ content, required: z.boolean().optional() }).optional(),
  responses: z
    .record(z.string().regex(/^[1-5]\d\d$/), z.object({ description: z.string().min(1), content: content.optional() }))
    .refine((responses) => Object.keys(responses).length > 0),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
});
const document = z.object({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'patch', 'delete', 'head']), operation),
  ),
  components: z.object({
    schemas: z.record(z.string().regex(/^[\w.-]+$/), schema),
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.enum(['apiKey', 'http']) })),
  }),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});

test('the OpenAPI 3.1 description has every route, every error and valid references', async () => {
  const server = await runServer();
  const { status, json, text } = await call(server, 'GET', '/openapi.json');
  expect(status).toBe(200);
  const api = document.parse(json);
  expect(api.info.version).toBe('1.2.3');
  expect(api.components.securitySchemes).toMatchObject({
    browser: { in: 'cookie', name: `paliadin-${server.port}` },
    sessionKey: { in: 'header', name: 'x-paliadin-session-key' },
    token: { scheme: 'bearer' },
  });

  const described = Object.entries(api.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = server.app.routes.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
  const files = ['/', '/*', '/admin', '/admin/*'].flatMap((path) => [`GET ${path}`, `HEAD ${path}`]);
  const pages = [
    ...files,
    'POST /',
    'GET /client.js',
    'GET /embed',
    'GET /embed.js',
    'HEAD /healthz',
    'GET /openapi.json',
    'GET /metrics',
  ];
  // Described by those whose protocols they speak.
  const isOthers = (route: string) => / \/(?:v1\/|ag-ui$|api\/chat)/.test(route);
  expect(described.sort()).toEqual(routes.filter((route) => !pages.includes(route) && !isOthers(route)).sort());

  for (const [, name = ''] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
    expect(Object.keys(api.components.schemas)).toContain(name.replace('#/components/schemas/', ''));
  }
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const { responses, parameters = [] } of Object.values(operations)) {
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
        expect(parameters).toContainEqual(expect.objectContaining({ name, in: 'path', required: true }));
      }
      if (!path.startsWith('/api/')) continue;
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '429', '500', '503']));
      for (const [code, response] of Object.entries(responses)) {
        if (Number(code) < 400) continue;
        expect(response.content?.['application/json']?.schema).toEqual({ $ref: '#/components/schemas/Error' });
      }
    }
  }
  expect(api.paths['/api/turns']?.post?.responses['200']?.content).toHaveProperty('text/event-stream');
  expect(api.paths['/api/auth/code']?.post?.security).toEqual([{}]);
});

test('the description says that no call takes an unknown field, and the server refuses one by name', async () => {
  const server = await runServer({ rateLimit: 10_000 });
  const { bearer } = await aPerson(server, { subject: 'olga', role: 'owner' });
  const { json } = await call(server, 'GET', '/openapi.json');
  const api = document.parse(json);
  for (const [path, operations] of Object.entries(api.paths)) {
    if (!path.startsWith('/api/')) continue;
    const url = path.replace(/\{(\w+)\}/g, '39152504-4154-4a41-92f6-60d5456892f2');
    for (const [method, { requestBody }] of Object.entries(operations)) {
      const verb = method.toUpperCase();
      const asked = await call(server, verb, `${url}?nonsense=1`, { headers: bearer });
      expect([verb, path, asked.status, asked.json?.detail]).toEqual([
        verb,
        path,
        400,
        expect.stringContaining('nonsense'),
      ]);
      if (path === '/api/attachments') continue; // its body is a file
      if (verb !== 'POST' && verb !== 'PATCH') continue; // Node's client sends no others with a body
      const sent = await call(server, verb, url, { headers: bearer, json: { nonsense: 1 } });
      expect([verb, path, sent.status, sent.json?.detail]).toEqual([
        verb,
        path,
        400,
        expect.stringContaining('nonsense'),
      ]);
      const described = requestBody?.content['application/json']?.schema;
      if (described !== undefined) expect([path, isStrict(described, json)]).toEqual([path, true]);
    }
  }
});

/** Whether a schema forbids unknown fields, directly or where it is referred to. */
function isStrict(described: unknown, api: { components: { schemas: Record<string, unknown> } }): boolean {
  const text = JSON.stringify(described);
  const name = /"\$ref":"#\/components\/schemas\/([^"]+)"/.exec(text)?.[1];
  const whole = name === undefined ? text : JSON.stringify(api.components.schemas[name]);
  return whole.includes('"additionalProperties":false');
}
