/**
 * The token endpoints of `docs/embed.md`, as they stand there. Fastify, Next.js (whose handlers take and give web responses)
 * and `node:http` are real. Express and Hono are not among our packages: what a snippet calls of them is written here.
 */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fastify } from 'fastify';
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
    const answer: Answer = { status: 200, body: '', cacheControl: null };
    const response = {
      sendStatus: (status: number) => Object.assign(answer, { status }),
      set(name: string, value: string) {
        if (name === 'cache-control') answer.cacheControl = value;
        return response;
      },
      type: () => response,
      send: (body: string) => Object.assign(answer, { body }),
    };
    globals.app = { get: (_path: string, handler: (...args: unknown[]) => void) => handler({ user }, response) };
    await import(file);
    return answer;
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
    let handler: ((context: unknown) => Response) | undefined;
    globals.app = { get: (_path: string, given: typeof handler) => (handler = given) };
    await import(file);
    const respond = (body: string | null, status = 200, headers = {}) => new Response(body, { status, headers });
    const context = { get: (name: string) => (name === 'user' ? user : undefined), body: respond, text: respond };
    return await answerOf(handler?.(context));
  },

  async 'Next.js'(file, user) {
    globals.user = user;
    const { GET } = (await import(file)) as { GET(): Promise<Response> };
    return await answerOf(await GET());
  },
};

async function answerOf(response: Response | undefined): Promise<Answer> {
  if (response === undefined) throw new Error('no answer');
  return { status: response.status, body: await response.text(), cacheControl: response.headers.get('cache-control') };
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
    const settings = { issuer: 'https://app.example', audience: 'paliadin', maxAgeMs: 600_000, skewMs: 0 };
    const gateway = await jwtAuthenticator({ key: { secrets: [Buffer.from(SECRET)] }, ...settings }, Date.now);
    expect(await gateway.admit(signedIn.body)).toMatchObject({ subject: 'jwt:42', name: 'Ana Richter', locale: 'de' });
    expect(await run(await file('nobody'), null)).toMatchObject({ status: 401, cacheControl: null });
    delete process.env.PALIADIN_JWT_SECRET;
  },
);

test.each(Object.keys(frameworks))('the endpoint for %s takes as few lines as the page says', async (framework) => {
  const lines = (await snippetOf(framework)).split('\n');
  const body = lines.filter((line) => /^ {2}\S/.test(line));
  expect(body.length).toBeLessThanOrEqual(3);
});
