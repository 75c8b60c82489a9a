/**
 * The token endpoints of `docs/embed.md`, as they stand there, in Express, Fastify and Hono themselves. Next.js is not among our
 * packages: its handlers take and give web responses, which are the runtime's own.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { jwtAuthenticator } from '../../src/http/sign-in/jwt.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

const ROOT = join(import.meta.dirname, '../..');
const SECRET = 'a secret of the application, of 32 bytes or more';
const USER = { id: 42, name: 'Ana Richter', locale: 'de' };

interface Answer {
  status: number;
  body: string;
  cacheControl: string | null;
}

/** Answers as the snippet does, for this user or for nobody. */
type Run = (file: string, user: typeof USER | null) => Promise<Answer>;

const globals = globalThis as Record<string, unknown>;

const frameworks: Record<string, Run> = {
  async Express(file, user) {
    const app = express();
    app.use((request, _response, next) => {
      Object.assign(request, { user });
      next();
    });
    globals.app = app;
    await import(file);
    return await askOver(app.listen(0, '127.0.0.1'));
  },

  async Fastify(file, user) {
    const app = fastify();
    app.decorateRequest('user', null);
    app.addHook('onRequest', async (request) => void Object.assign(request, { user }));
    globals.app = app;
    await import(file);
    const { statusCode, body, headers } = await app.inject('/assistant-token');
    await app.close();
    return { status: statusCode, body, cacheControl: String(headers['cache-control'] ?? '') || null };
  },

  async Hono(file, user) {
    const app = new Hono<{ Variables: { user: typeof USER | null } }>();
    app.use(async (c, next) => {
      c.set('user', user);
      await next();
    });
    globals.app = app;
    await import(file);
    return await askOver(createAdaptorServer({ fetch: app.fetch }).listen(0, '127.0.0.1'));
  },

  async 'Next.js'(file, user) {
    globals.user = user;
    const { GET } = (await import(file)) as { GET(): Promise<Response> };
    return await answerOf(await GET());
  },
};

/** As a browser asks. Ends the server. */
async function askOver(server: ServerType): Promise<Answer> {
  if (!server.listening) await once(server, 'listening');
  try {
    return await answerOf(await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/assistant-token`));
  } finally {
    server.close();
  }
}

async function answerOf(response: Response | undefined): Promise<Answer> {
  if (response === undefined) throw new Error('no answer');
  return { status: response.status, body: await response.text(), cacheControl: response.headers.get('cache-control') };
}

function gatewayThatAdmits() {
  const settings = { issuer: 'https://app.example', audience: 'paliadin', maxAgeMs: 600_000, skewMs: 0 };
  return jwtAuthenticator({ key: { secrets: [Buffer.from(SECRET)] }, ...settings }, Date.now);
}

async function snippetOf(framework: string): Promise<string> {
  const document = await readFile(join(ROOT, 'docs/embed.md'), 'utf8');
  const heading = document.indexOf(`### ${framework}\n`);
  const [, code] = /^```js\n(.*?)^```$/ms.exec(document.slice(heading)) ?? [];
  if (heading < 0 || code === undefined) throw new Error(`docs/embed.md has no snippet for ${framework}`);
  return code;
}

/** In a project that has Paliadin among its packages, as the page says. */
async function project(code: string): Promise<(name: string) => Promise<string>> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'node_modules'));
  await symlink(ROOT, join(directory, 'node_modules', 'paliadin'));
  await writeFile(join(directory, 'session.mjs'), 'export const currentUser = async () => globalThis.user;');
  return async (name) => {
    const file = join(directory, `${name}.mjs`);
    await writeFile(file, code.replace('../../lib/session.js', './session.mjs'));
    return pathToFileURL(file).href;
  };
}

test.each(Object.entries(frameworks))(
  'the endpoint for %s answers who is signed in, and nobody else',
  async (framework, run) => {
    process.env.PALIADIN_JWT_SECRET = SECRET;
    const code = await snippetOf(framework);
    const file = await project(code);
    const signedIn = await run(await file('somebody'), USER);
    expect({ ...signedIn, body: '' }).toEqual({ status: 200, body: '', cacheControl: 'no-store' });
    const gateway = await gatewayThatAdmits();
    expect(await gateway.admit(signedIn.body)).toMatchObject({ subject: 'jwt:42', name: 'Ana Richter', locale: 'de' });
    expect(await run(await file('nobody'), null)).toMatchObject({ status: 401, cacheControl: null });
    delete process.env.PALIADIN_JWT_SECRET;
  },
);

/** A Python with PyJWT; null where this machine has none. */
const python = ['/usr/bin/python3', 'python3'].find((program) => spawnSync(program, ['-c', 'import jwt']).status === 0);

test.skipIf(python === undefined)('the function for Python signs what the gateway admits', async () => {
  const document = await readFile(join(ROOT, 'docs/embed.md'), 'utf8');
  const [, code = ''] = /^```python\n(.*?)^```$/ms.exec(document) ?? [];
  const use = 'from types import SimpleNamespace\nprint(assistant_token(SimpleNamespace(id=42, name="Ana Richter")))';
  const { stdout, stderr } = spawnSync(python ?? '', ['-c', `${code}\n${use}`], {
    env: { PALIADIN_JWT_SECRET: SECRET },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(await (await gatewayThatAdmits()).admit(stdout.trim())).toMatchObject({
    subject: 'jwt:42',
    name: 'Ana Richter',
  });
});

test.each(Object.keys(frameworks))('the endpoint for %s takes as few lines as the page says', async (framework) => {
  const lines = (await snippetOf(framework)).split('\n');
  const body = lines.filter((line) => /^ {2}\S/.test(line));
  expect(body.length).toBeLessThanOrEqual(3);
});
