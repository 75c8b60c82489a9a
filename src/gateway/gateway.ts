/** Builds a gateway from its settings and runs it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Backend } from '../backend/backend.ts';
import { chooseBackend } from '../backend/choose.ts';
import { disabledBackend } from '../backend/disabled.ts';
import type { Hosts } from '../backend/hosts.ts';
import { localBackend } from '../backend/local.ts';
import { remoteBackend } from '../backend/remote.ts';
import { appToolsOf } from '../config/app-tools.ts';
import { gatewayPolicy } from '../config/approval-policy.ts';
import { isolationPolicy } from '../config/isolation/level.ts';
import { type Config, ConfigError } from '../config/load.ts';
import { packagePrograms } from '../config/programs.ts';
import { listedTarget, remoteTarget } from '../config/remote/target.ts';
import { bracketed, originsOf } from '../config/sign-in/public-address.ts';
import { prepareState, type StatePaths } from '../config/state-paths.ts';
import { VERSION } from '../config/version.ts';
import { asPaliadinError } from '../contract/errors.ts';
import type { ListedHost } from '../contract/records/host.ts';
import type { Turn } from '../contract/records/turn.ts';
import type { User } from '../contract/records/user.ts';
import { chooseAgent } from '../daemon/agent.ts';
import { checkIsolation } from '../daemon/isolation/check.ts';
import { localDaemon } from '../daemon/local-daemon.ts';
import { createServer } from '../http/server.ts';
import { closeInTime, GATEWAY_CLOSES_MS } from '../process/close-in-order.ts';
import { findProgram } from '../process/find-program.ts';
import { acquireLock } from '../process/lock.ts';
import { reached } from '../process/turn-step.ts';
import { createGatewayServices, type GatewayServices } from '../services/services.ts';
import { startWebhooks } from '../services/webhooks/webhooks.ts';
import { openStore, readHostList } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { timedStore } from '../store/timed-store.ts';
import { openTraces } from '../tracing/traces.ts';
import { collectTurnSteps } from '../tracing/turn-steps.ts';
import { createTurns } from '../turn/service.ts';
import { openAppTools } from './app-tools.ts';
import { attachmentLimits, pruneAttachments } from './attachments.ts';
import { keepHead, notedHead } from './audit-head.ts';
import { openHostSet } from './hosts/host-set.ts';
import { linkGateways } from './link-gateways.ts';
import { lookOf } from './look.ts';
import { createMetrics } from './observe/metrics.ts';
import { handingOnTraces, recordTurn } from './observe/turn-trace.ts';
import { applyRetention } from './retention.ts';
import { signInMethods } from './sign-in/sign-in-methods.ts';
import { starters } from './starters.ts';
import { logAttempts, webhookEndpoint } from './webhooks.ts';

export interface Gateway {
  /** Where it listens: `http://127.0.0.1:7717`. */
  url: string;
  /** The address that users open. */
  publicUrl: string;
  owner: User;
  hosts: Hosts;
  services: GatewayServices;
  /** Asks the open streams to reconnect later, leaves the turns to the next start, and ends. */
  close(): Promise<void>;
}

/** @throws ConfigError, PaliadinError with what is wrong and what to do; nothing is left running in that case. */
export async function startGateway(config: Config, env: NodeJS.ProcessEnv, logger: Logger): Promise<Gateway> {
  const { values } = config;
  const methods = await signInMethods(config, Date.now);
  const webhook = webhookEndpoint(config);
  const appToolSettings = appToolsOf(config);
  const look = lookOf(config);
  await checkIsolation(config, env);
  const paths = prepareState(config);
  const release = await acquireLock(paths.gatewayLock);
  if (release === null) {
    throw new ConfigError(
      `another gateway runs on the state directory ${paths.root}; stop it, or set PALIADIN_STATE_DIR to another one`,
    );
  }
  // Wherever the start fails, everything that was opened is closed, last first.
  await using opened = new AsyncDisposableStack();
  opened.defer(release);
  const onError = (what: string, error: unknown) => {
    logger.error({ code: asPaliadinError(error, 'internal').code, reason: (error as Error).message }, what);
  };
  const closes = (what: string, ms: number, close: () => unknown) => {
    opened.defer(() => closeInTime({ what, ms, close }, onError));
  };
  const ms = GATEWAY_CLOSES_MS;
  const traces = await openTraces(env, { name: 'paliadin', version: VERSION });
  closes('the traces', ms.traces, () => traces?.close());
  const steps = traces === null ? null : collectTurnSteps();
  opened.defer(() => steps?.close());
  const traced = (backend: Backend) => (traces === null ? backend : handingOnTraces(backend));
  const metrics = await createMetrics(VERSION);
  const databaseUrl = values.PALIADIN_DATABASE_URL;
  const location = { url: databaseUrl, file: paths.database };
  const found = findBackend(config, env, paths);
  // An agent on this machine can't be reached by a gateway on another.
  const alone = found.kind === 'local' && (await readHostList(location)).length === 0;
  const link = databaseUrl === undefined ? null : await linkGateways(databaseUrl, { alone, onError });
  closes('the link to other gateways', ms.link, () => link?.close());
  const database = await openStore(location, { threads: true, onErased: (erased) => tellErased(logger, erased) });
  closes('the store', ms.store, () => database.close());
  const store = timedStore(database, () => performance.now(), metrics.stored);
  const hosts = await openHostSet({
    configured: traced(found.kind === 'local' && link !== null && !alone ? disabledBackend(LIST_IS_EMPTY) : found),
    list: () => store.hosts.list(),
    reach: (listed) => traced(reachListed(listed, config, env)),
    clock: Date.now,
    now: () => performance.now(),
    onError,
  });
  closes('the ways to the hosts', ms.backend, () => hosts.close());
  metrics.watch({ store, hosts, tellsApplication: webhook !== null });
  const owner = await theOwner(store, values.PALIADIN_OWNER);
  // A browser session that was opened with a key that is no longer configured may belong to an attacker who stole that
  // key.
  await store.signIn.dropBrowserSessionsOfOtherKeys('jwt', methods.jwt?.keyDigests ?? []);
  const head = keepHead(
    store.audit,
    paths.auditHead,
    (auditHead) => logger.info({ auditHead }, 'the audit log ends here'),
    onError,
  );
  closes('the note of the audit log’s end', ms.head, () => head.close());
  const origins: string[] = [];
  const appTools =
    appToolSettings === null
      ? null
      : await openAppTools({
          settings: appToolSettings,
          store: store.appTools,
          issuer: () => values.PALIADIN_PUBLIC_URL ?? origins[0] ?? `http://127.0.0.1:${values.PALIADIN_PORT}`,
          onCall: metrics.toolCalled,
        });
  const limits = attachmentLimits(values);
  const turns = await createTurns({
    store,
    hosts,
    link,
    onError,
    sessionPrefix: values.PALIADIN_SESSION_PREFIX,
    conversations: { howMany: values.PALIADIN_CONVERSATIONS, limit: values.PALIADIN_CONVERSATIONS_LIMIT },
    queueLimit: values.PALIADIN_QUEUE_LIMIT,
    awayLimitMs: values.PALIADIN_AWAY_LIMIT,
    appOrigins: pagesOf(values),
    appTools: appTools?.options ?? null,
    mostFiles: limits.count,
    approvals: { who: values.PALIADIN_APPROVALS, patienceMs: values.PALIADIN_APPROVAL_TIMEOUT },
    clock: Date.now,
    now: () => performance.now(),
    newId: randomUUID,
    onEnded(turn) {
      reached(turn.turnId, 'the end is on disk');
      metrics.turnEnded(turn);
      if (traces !== null) recordTurn(traces, turn, steps?.take(turn.turnId));
      logger.info(summaryOf(turn), 'turn ended');
    },
  });
  closes('what is under way', ms.turns, () => turns.close());
  if (webhook !== null) {
    const how = { store, turns, endpoint: webhook, clock: Date.now, random: Math.random, onError };
    const log = logAttempts(logger);
    const stop = await startWebhooks({
      ...how,
      onAttempt(attempt) {
        metrics.webhookTried(attempt);
        log(attempt);
      },
    });
    closes('the webhooks', ms.webhooks, stop);
  }
  const services = createGatewayServices({
    store,
    turns,
    hosts,
    probes: hosts,
    onHostsChanged: () => hosts.look(),
    tellsApplication: webhook !== null,
    jwt: methods.jwt,
    limits,
    newId: randomUUID,
    access: values.PALIADIN_ACCESS,
    ownerSubject: values.PALIADIN_OWNER,
    notedHead: () => notedHead(paths.auditHead),
    onSignIn: metrics.signIn,
    onError,
    clock: Date.now,
    now: () => performance.now(),
    random: randomBytes,
    version: VERSION,
  });
  opened.defer(pruneAttachments(services.attachments, onError));
  const server = await createServer({
    services,
    turns,
    logger,
    metrics,
    proxy: methods.proxy,
    trustsProxy: methods.trustsProxy,
    starters: starters(values.PALIADIN_STARTERS, () => agentOf(hosts)),
    hosts,
    report: () => report(hosts),
    publicOrigins: () => origins,
    approvalMs: values.PALIADIN_APPROVAL_TIMEOUT,
    appOrigins: values.PALIADIN_APP_ORIGINS,
    pageOrigins: pagesOf(values),
    appUrl: values.PALIADIN_APP_URL ?? null,
    jwks: appTools?.jwks ?? null,
    embedOrigins: values.PALIADIN_EMBED_ORIGINS,
    look,
    webRoot: fileURLToPath(new URL('../../dist/web', import.meta.url)),
    clock: Date.now,
    random: randomBytes,
    rateLimit: values.PALIADIN_RATE_LIMIT,
    version: VERSION,
  });

  closes('the server', ms.server, () => server.close());
  opened.defer(
    applyRetention({
      turns: store.turns,
      forgetFiles: turns.forgetFiles,
      days: values.PALIADIN_RETENTION_DAYS ?? null,
      leads: async () => (link === null ? true : await link.leads()),
      clock: Date.now,
      onError,
    }),
  );
  const port = await listen(server, values.PALIADIN_HOST, values.PALIADIN_PORT);
  origins.push(...originsOf(values, port));
  const url = `http://${bracketed(values.PALIADIN_HOST)}:${port}`;
  const running = opened.move();
  const close = async () => {
    // Readers of other gateways wait for it; nobody waits for the answers of this one.
    turns.handOver().catch((error) => onError('the turns were not handed over', error));
    await running.disposeAsync();
  };
  return { url, publicUrl: values.PALIADIN_PUBLIC_URL ?? url, owner, hosts, services, close };
}

// Once it shares the database, its own machine's agents are none for the others.
const LIST_IS_EMPTY = 'the list of hosts is empty; run `paliadin host add USER@HOST`, or start this gateway alone';

function tellErased(logger: Logger, erased: boolean): void {
  if (erased) logger.info('what was deleted is gone from the log of the database too');
  else logger.warn('somebody reads the database, so its log still has what was deleted; it goes when they are done');
}

/** Where questions come from, and chips lead to: the pages that call the API, and those that show the widget. */
function pagesOf({ PALIADIN_APP_ORIGINS: calling, PALIADIN_EMBED_ORIGINS: showing }: Config['values']): string[] {
  return [...new Set([...calling, ...showing])];
}

function findBackend(config: Config, env: NodeJS.ProcessEnv, paths: StatePaths): Backend {
  const agent = chooseAgent(config, env);
  const { PALIADIN_REMOTE_HOST: remoteHost } = config.values;
  const always = alwaysFor(config);
  return chooseBackend({
    remote:
      remoteHost === undefined
        ? null
        : () => {
            // What is wrong with it is said at the start.
            const target = remoteTarget(config, remoteHost, env);
            return remoteBackend({ host: remoteHost, target: () => target, env, ...always });
          },
    tmux: findProgram('tmux', env),
    agentMissing: 'missing' in agent ? agent.missing : null,
    local() {
      if ('missing' in agent) throw new TypeError('there is no agent');
      return localBackend({
        host: hostname(),
        agent: agent.name,
        daemon: localDaemon({ config, paths, agent, env, programs: packagePrograms, policy: gatewayPolicy(config) }),
        ...always,
      });
    },
  });
}

/** What is wrong with a host of the list is said when it is reached: the gateway starts, and reaches the others. */
function reachListed(listed: ListedHost, config: Config, env: NodeJS.ProcessEnv): Backend {
  const target = () => {
    try {
      return listedTarget(listed, env);
    } catch (error) {
      throw asPaliadinError(error, 'shim_auth_failed');
    }
  };
  return remoteBackend({ host: listed.name, target, env, ...alwaysFor(config) });
}

function alwaysFor(config: Config) {
  return { isolation: isolationPolicy(config), giveUpMs: HOST_AWAY_MS, random: Math.random };
}

function agentOf(hosts: Hosts): string | null {
  return (
    hosts
      .all()
      .map(({ agent }) => agent())
      .find((agent) => agent !== null) ?? null
  );
}

/** For the log: the outcome, and no text of the turn. */
function summaryOf({ turnId, status, errorCode, late, durationMs, agentSession, host }: Turn) {
  return { turnId, status, code: errorCode, late, ms: durationMs, session: agentSession, host };
}

/** Why no host could answer a question now; null where one could. */
async function report(hosts: Hosts) {
  const refusal = hosts.refusal();
  if (refusal !== null) return refusal;
  const reasons = hosts.all().map((host) =>
    host.health(null).then(
      () => null,
      (error) => asPaliadinError(error, 'mriver_unreachable'),
    ),
  );
  const found = await Promise.all(reasons);
  return found.includes(null) ? null : (found[0] ?? null);
}

/** The owner that the settings name now, whoever was the owner before. */
async function theOwner(store: Store, subject: string): Promise<User> {
  const { user } = await store.users.ensure({ subject, role: 'owner', now: Date.now() });
  return await store.users.setOwner(user.id, { actor: 'gateway', at: Date.now() });
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

// A daemon that has not come back after five minutes will not come back by itself.
const HOST_AWAY_MS = 5 * 60_000;
