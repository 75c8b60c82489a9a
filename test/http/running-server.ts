/** A server that listens on a port of its own, over a real store. */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import type { PaliadinError } from '../../src/contract/errors.ts';
import type { Role, User } from '../../src/contract/records/user.ts';
import { type Scope, scopes } from '../../src/contract/scopes.ts';
import { createMetrics } from '../../src/gateway/observe/metrics.ts';
import { createServer, type ServerOptions } from '../../src/http/server.ts';
import {
  createGatewayServices,
  type GatewayServices,
  type GatewayServicesOptions,
} from '../../src/services/services.ts';
import type { Store } from '../../src/store/store.ts';
import { createTurns, type TurnsOptions } from '../../src/turn/service.ts';
import type { Turns } from '../../src/turn/turns.ts';
import { temporaryDirectory, temporarySqliteStore } from '../store/temporary-store.ts';
import { type BrowserSession, sessionOf } from '../support/browser-session.ts';
import { aCode, aToken } from '../support/credentials.ts';
import { oneHost } from '../support/one-host.ts';
import { type ScriptedBackend, scriptedBackend } from './scripted-backend.ts';

export interface Running {
  origin: string;
  port: number;
  store: Store;
  turns: Turns;
  services: GatewayServices;
  /** How many readers follow now, and how many events they have taken. */
  readers: { now: number; taken: number };
  agent: ScriptedBackend;
  app: Awaited<ReturnType<typeof createServer>>;
  /** What was logged so far. */
  log: () => string;
  /** What the clock says; tests set it. */
  clock: { now: number };
  /** What the backend reports. */
  health: { error: PaliadinError | null };
  file: string;
  webRoot: string;
}

/** What a test says differently: of the server, and of the services behind it. */
export interface RunOptions
  extends Partial<Omit<ServerOptions, 'services' | 'hosts' | 'report'>>,
    Partial<Pick<TurnsOptions, 'conversations'>>,
    Partial<Pick<GatewayServicesOptions, 'access' | 'jwt' | 'probes' | 'onSignIn' | 'denialLimits' | 'notedHead'>> {
  backend?: Backend & Pick<ServerOptions, 'report'>;
}

export async function runServer(options: RunOptions = {}): Promise<Running> {
  const { store, file } = await temporarySqliteStore();
  const clock = { now: 1_000_000 };
  const agent = scriptedBackend();
  const { appOrigins = ['https://app'], conversations = { howMany: 'many', limit: 1000 } } = options;
  const { turns, readers } = await countedTurns(store, agent, clock, { appOrigins, conversations });
  const health: Running['health'] = { error: null };
  const lines: string[] = [];
  const webRoot = join(await temporaryDirectory(), 'web');
  let origin = '';
  const { access = 'users', jwt = null, probes, onSignIn, denialLimits, notedHead = () => null, ...more } = options;
  const { backend = { ...agent, report: async () => health.error }, ...rest } = more;
  const services = createGatewayServices({
    store,
    turns,
    hosts: oneHost(backend),
    access,
    jwt,
    probes,
    denialLimits,
    notedHead,
    ...(onSignIn !== undefined && { onSignIn }),
    ownerSubject: 'owner',
    limits: { count: 5, bytes: 100_000 },
    newId: randomUUID,
    random: randomBytes,
    clock: () => clock.now,
    now: () => performance.now(),
    onError: () => undefined,
    version: '1.2.3',
  });
  const app = await createServer({
    services,
    turns,
    hosts: oneHost(backend),
    report: backend.report,
    publicOrigins: () => [origin],
    appOrigins,
    webRoot,
    clock: () => clock.now,
    random: randomBytes,
    logger: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    starters: (locale) => [locale === 'de' ? 'Was ist offen?' : 'What is open?'],
    rateLimit: 1000,
    version: '1.2.3',
    metrics: await createMetrics('1.2.3'),
    ...rest,
    // How busy the machine is that runs the tests is not what they are about.
    overloadLimits: { eventLoopDelayMs: 60_000, ...options.overloadLimits },
  });
  onTestFinished(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    port,
    store,
    turns,
    services,
    readers,
    agent,
    app,
    log: () => lines.join(''),
    clock,
    health,
    file,
    webRoot,
  };
}

/** The real thing, with readers counted. */
async function countedTurns(
  store: Store,
  agent: ScriptedBackend,
  clock: { now: number },
  settings: Pick<TurnsOptions, 'appOrigins' | 'conversations'>,
) {
  const real = await createTurns({
    link: null,
    store,
    hosts: oneHost(agent),
    sessionPrefix: 'test',
    awayLimitMs: 60_000,
    queueLimit: 1000,
    ...settings,
    mostFiles: 5,
    approvals: { who: 'owner', patienceMs: 60_000 },
    clock: () => clock.now,
    now: () => performance.now(),
    newId: randomUUID,
    onError: () => undefined,
  });
  onTestFinished(() => real.close());
  const readers = { now: 0, taken: 0 };
  const turns: Turns = {
    ...real,
    async *follow(query) {
      readers.now++;
      try {
        for await (const event of real.follow(query)) {
          readers.taken++;
          yield event;
        }
      } finally {
        readers.now--;
      }
    },
  };
  return { turns, readers };
}

export async function aPerson(
  { store, clock }: Running,
  {
    subject = 'anna',
    role = 'member',
    scopes: tokenScopes = scopes,
  }: { subject?: string; role?: Role; scopes?: readonly Scope[] } = {},
): Promise<{ user: User; token: string; bearer: Record<string, string> }> {
  const { user } = await store.users.ensure({ subject, role, now: 1 });
  const token = await aToken(store, subject, { scopes: tokenScopes, clock: () => clock.now });
  return { user, token, bearer: bearer(token) };
}

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** Signs a browser in. The headers are what it sends from then on. */
export async function signIn(server: Running, user: User): Promise<BrowserSession> {
  const code = await aCode(server.store, user.id, () => server.clock.now);
  const { headers, json } = await call(server, 'POST', '/api/auth/code', { json: { code } });
  return sessionOf(headers['set-cookie'], json);
}

/** As the owner does it from another process. */
export function disable({ file }: Running, userId: string): void {
  const db = new DatabaseSync(file);
  db.prepare('update users set disabled_at = 1 where id = ?').run(userId);
  db.close();
}

export interface Call {
  headers?: Record<string, string>;
  json?: unknown;
  body?: string | Buffer;
}

/** Node's own client rather than fetch, which would not send a Host or an Origin of our choice. */
export async function call(server: Running, method: string, path: string, { headers, json, body }: Call = {}) {
  const content = json === undefined ? body : JSON.stringify(json);
  const request = open(server, {
    method,
    path,
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  });
  request.end(content);
  const response = await responseOf(request);
  const raw = await text(response);
  const isJson = String(response.headers['content-type']).startsWith('application/json');
  return {
    status: response.statusCode,
    headers: response.headers,
    text: raw,
    json: isJson && raw !== '' ? JSON.parse(raw) : null,
  };
}

export function open(server: Running, options: RequestOptions): ClientRequest {
  return httpRequest({ host: '127.0.0.1', port: server.port, agent: false, ...options });
}

export async function responseOf(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}
