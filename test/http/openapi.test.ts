import { expect, test } from 'vitest';
import { z } from 'zod';
import { call, runServer } from './running-server.ts';

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
  const pages = [...files, 'HEAD /healthz', 'GET /openapi.json', 'GET /metrics'];
  expect(described.sort()).toEqual(routes.filter((route) => !pages.includes(route)).sort());

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
