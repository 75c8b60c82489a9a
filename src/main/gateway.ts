/** Puts a gateway together from its settings and runs it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { openSqliteStore } from '../audit/sqlite/open.ts';
import type { Store, User } from '../audit/store.ts';
import type { Backend } from '../backend/backend.ts';
import { chooseBackend } from '../backend/choose.ts';
import { localBackend } from '../backend/local.ts';
import { remoteBackend } from '../backend/remote.ts';
import { asPaliadinError } from '../contract/errors.ts';
import { createServer } from '../http/server.ts';
import { createTurns } from '../turn/service.ts';
import { chooseAgent, findProgram } from './agent.ts';
import { claim } from './claim.ts';
import { type Config, ConfigError } from './config/load.ts';
import { localDaemon } from './local-daemon.ts';
import { clonePrograms } from './programs.ts';
import { remoteTarget } from './remote/target.ts';
import { starters } from './starters.ts';
import { prepareState, type StatePaths } from './state-paths.ts';
import { VERSION } from './version.ts';

export interface Gateway {
  /** Where it listens: `http://127.0.0.1:7717`. */
  url: string;
  owner: User;
  backend: Backend;
  store: Store;
  /** Asks the open streams to come back, leaves the turns to the next start, and ends. */
  close(): Promise<void>;
}

/** @throws ConfigError, PaliadinError with what is wrong and what to do; nothing is left running then. */
export async function startGateway(config: Config, env: NodeJS.ProcessEnv, logger: Logger): Promise<Gateway> {
  const { values } = config;
  requireLoopback(values.PALIADIN_HOST);
  const paths = prepareState(config);
  const release = await claim(paths.gatewayLock);
  if (release === null) {
    throw new ConfigError(
      `another gateway runs on the state directory ${paths.root}; stop it, or set PALIADIN_STATE_DIR to another one`,
    );
  }
  const onTrouble = (what: string, error: unknown) => {
    logger.error({ code: asPaliadinError(error, 'internal').code, reason: (error as Error).message }, what);
  };
  const backend = findBackend(config, env, paths);
  const store = await openSqliteStore(paths.database);
  const owner = await store.users.ensure({ subject: values.PALIADIN_OWNER, role: 'owner', now: Date.now() });
  const turns = await createTurns({
    ...{ store, backend, onTrouble },
    sessionPrefix: values.PALIADIN_SESSION_PREFIX,
    queueLimit: values.PALIADIN_QUEUE_LIMIT,
    approvals: { who: values.PALIADIN_APPROVALS, patienceMs: values.PALIADIN_APPROVAL_TIMEOUT },
    clock: Date.now,
    now: () => performance.now(),
    newId: randomUUID,
  });
  // The first question should not wait for the daemon to start.
  if (backend.refusal() === null) backend.health(null).catch((error) => onTrouble('the host is not ready', error));
  const origins: string[] = [];
  const server = await createServer({
    ...{ turns, store, logger, starters: starters(values.PALIADIN_STARTERS, backend.agent) },
    backend: { ...backend, report: () => report(backend) },
    publicOrigins: () => origins,
    webRoot: fileURLToPath(new URL('../../dist/web', import.meta.url)),
    clock: Date.now,
    random: randomBytes,
    access: values.PALIADIN_ACCESS,
    secureCookies: false,
    rateLimit: values.PALIADIN_RATE_LIMIT,
    version: VERSION,
  });

  async function close(): Promise<void> {
    await server.close();
    await turns.close();
    await store.close();
    release?.();
  }

  try {
    const port = await listen(server, values.PALIADIN_HOST, values.PALIADIN_PORT);
    const names = new Set([values.PALIADIN_HOST, '127.0.0.1', 'localhost', '::1'].map(bracketed));
    origins.push(...[...names].map((name) => `http://${name}:${port}`));
    return { url: `http://${bracketed(values.PALIADIN_HOST)}:${port}`, owner: owner.user, backend, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function findBackend(config: Config, env: NodeJS.ProcessEnv, paths: StatePaths): Backend {
  const agent = chooseAgent(config, env);
  const { PALIADIN_REMOTE_HOST: remoteHost } = config.values;
  const always = { giveUpMs: HOST_AWAY_MS, random: Math.random };
  return chooseBackend({
    remote:
      remoteHost === undefined
        ? null
        : () => remoteBackend({ target: remoteTarget(config, remoteHost, env), env, ...always }),
    tmux: findProgram('tmux', env),
    agentMissing: 'missing' in agent ? agent.missing : null,
    local() {
      if ('missing' in agent) throw new TypeError('there is no agent');
      return localBackend({
        host: hostname(),
        agent: agent.name,
        daemon: localDaemon({ config, paths, agent, env, programs: clonePrograms }),
        ...always,
      });
    },
  });
}

async function report(backend: Backend) {
  const refusal = backend.refusal();
  if (refusal !== null) return refusal;
  return backend.health(null).then(
    () => null,
    (error) => asPaliadinError(error, 'mriver_unreachable'),
  );
}

/** Anybody who can reach another address could ask the agent: that needs a real sign-in first. */
function requireLoopback(host: string): void {
  if (/^(127(\.\d{1,3}){3}|localhost|::1|\[::1\])$/.test(host)) return;
  throw new ConfigError(
    `PALIADIN_HOST is ${JSON.stringify(host)}: without sign-in for a public address the gateway listens on 127.0.0.1 only; unset it, and reach it from elsewhere through an SSH tunnel`,
  );
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await server.listen({ host: host.replace(/^\[|\]$/g, ''), port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'it is taken by another program' : `it can't be used (${code})`;
    throw new ConfigError(`PALIADIN_PORT is ${port}: ${why}; stop that, or set PALIADIN_PORT to a free one`);
  }
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

// A daemon that does not come back within five minutes does not come back by itself.
const HOST_AWAY_MS = 5 * 60_000;
