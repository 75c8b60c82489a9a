/** The host daemon of a state directory, assembled from its settings. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { agentEnv } from '../config/agent-env.ts';
import { levelOf } from '../config/isolation/level.ts';
import { modelServicesIn } from '../config/isolation/model-services.ts';
import type { Config } from '../config/load.ts';
import type { Programs } from '../config/programs.ts';
import { prepareState } from '../config/state-paths.ts';
import { VERSION } from '../config/version.ts';
import type { ApprovalPolicy } from '../contract/approval-policy.ts';
import { PROTOCOL_VERSION } from '../contract/host.ts';
import { startDaemon } from '../host/daemon.ts';
import { type OpenedHost, openHost } from '../host/host.ts';
import type { Relay } from '../host/relay/open-relay.ts';
import { checkSocketPath } from '../host/tmux/socket-path.ts';
import { closeInOrder, DAEMON_CLOSES_MS } from '../process/close-in-order.ts';
import { findProgram } from '../process/find-program.ts';
import { acquireLock } from '../process/lock.ts';
import { openLog } from '../process/log.ts';
import { tracedHost } from '../tracing/host-trace.ts';
import { openTraces } from '../tracing/traces.ts';
import { collectTurnSteps } from '../tracing/turn-steps.ts';
import { identityText } from '../transport/expected-daemon.ts';
import { chooseAgent, silenceMs } from './agent.ts';
import { openHostRelay } from './host-relay.ts';
import { settingsDigest } from './host-settings.ts';
import { hostIsolation } from './isolation/host-isolation.ts';
import { openDriver } from './open-driver.ts';

// How long ended turns are kept: a week is longer than any outage of a gateway.
const KEEP_MS = 7 * 24 * 3_600_000;
// Often enough for a week's turns, and seldom enough to cost nothing.
const PRUNE_EVERY_MS = 3_600_000;

// Claude Code knows no other.
const ANTHROPIC = ['anthropic'] as const;

export interface DaemonNeeds {
  config: Config;
  env: NodeJS.ProcessEnv;
  programs: Programs;
  policy: ApprovalPolicy;
}

/** Runs until it is told to stop. Prints a line once it listens; before that it may end because another daemon runs. */
export async function runDaemon(needs: DaemonNeeds): Promise<void> {
  const { PALIADIN_LOG_LEVEL: level } = needs.config.values;
  const logger = openLog(2, level);
  try {
    await run(needs, logger);
  } catch (error) {
    logger.fatal({ reason: (error as Error).message }, 'the host daemon could not start');
    process.exit(1);
  }
}

async function run({ config, env, programs, policy }: DaemonNeeds, logger: Logger): Promise<void> {
  process.umask(0o077);
  const paths = prepareState(config);
  checkSocketPath(paths.hostSocket);
  if ((await acquireLock(paths.hostLock)) === null) process.exit(0); // the running daemon will answer
  writeFileSync(paths.hostPid, String(process.pid));
  const agent = chooseAgent(config, env);
  if ('missing' in agent) throw new Error(agent.missing);
  const tmux = findProgram('tmux', env);
  if (tmux === null) throw new Error('tmux is not installed');
  const onError = (what: string, error: unknown) => logger.error({ reason: (error as Error).message }, what);

  const settings = settingsDigest({ config, agent, env, policy }, paths.workspace);
  writeFileSync(paths.hostIdentity, identityText({ version: VERSION, settings }));

  const level = levelOf(config, agent.name);
  let host: OpenedHost | null = null;
  const directory = paths.host;
  const services =
    agent.acp === undefined ? ANTHROPIC : modelServicesIn(config.values.PALIADIN_SANDBOX_MODELS, agent.program);
  const onPortLost = () => void endExposed().catch((error) => onError('agents that call a lost port', error));
  const openRelay = () =>
    openHostRelay({ config, env, programs, level, services, directory, onError: onError, onPortLost });
  const opened = await openDriver(agent, {
    config,
    env,
    programs,
    level,
    shared: paths.workspace,
    directory,
    openRelay,
    policy,
    onError,
  });
  const { driver, agentVersion, instead } = opened;
  // A sandboxed agent's only way out is the relay, which is fixed when its sandbox is made.
  let relay = opened.relay ?? (level === 'sandbox' ? await openRelay() : null);
  let relayOpening: Promise<Relay> | null = null;
  if (instead !== null)
    logger.warn({ instead: driver.name, because: instead }, 'Claude Code is not driven by its hooks');

  host = await openHost({
    identity: {
      version: VERSION,
      protocol: PROTOCOL_VERSION,
      agent: agent.name,
      agentVersion,
      driver: driver.name,
      isolation: level,
      attachments: true,
      settings,
    },
    directory,
    tmux,
    driver,
    agentProgram: agent.program,
    agentEnv: agentEnv(env, { sandboxed: level === 'sandbox' }),
    isolation: await hostIsolation({ config, env, paths, level, relay }),
    policy,
    async openRelay() {
      if (relay !== null) return relay;
      relayOpening ??= openRelay();
      relay = await relayOpening.finally(() => {
        relayOpening = null;
      });
      return relay;
    },
    silenceMs: silenceMs(config, driver.name),
    // A starting agent keeps one core busy: more at once would only slow each of them down.
    startsAtOnce: availableParallelism(),
    maxPanes: config.values.PALIADIN_MAX_PANES,
    hibernateAfterMs: config.values.PALIADIN_HIBERNATE_AFTER ?? null,
    freeMemory: () => process.availableMemory(),
    now: () => performance.now(),
    keepMs: KEEP_MS,
    pruneEveryMs: PRUNE_EVERY_MS,
    clock: Date.now,
    onError,
    onRetire: () => setImmediate(stop, 'retired'),
    onShutdown: async () => await relay?.shutdown(),
  });
  await endExposed(); // the port may have been lost while no daemon ran
  const traces = await openTraces(env, { name: 'paliadin-host', version: VERSION });
  const served = traces === null ? host : tracedHost(host, traces, collectTurnSteps(), Date.now);
  const daemon = await startDaemon(served, paths.hostSocket, onError);
  logger.info(
    { pid: process.pid, agent: agent.name, driver: driver.name, isolation: level },
    'the host daemon listens',
  );
  process.stdout.on('error', () => {}); // the process that started it may have ended already
  process.stdout.write('ready\n');

  /**
   * A process that has the port which a living agent calls would receive all that it says, and could allow it commands.
   */
  async function endExposed(): Promise<void> {
    const ended = (await host?.endExposed()) ?? [];
    if (ended.length === 0) return;
    logger.error(
      { sessions: ended, port: relay?.port },
      'another program has the port that these agents called: ended',
    );
  }

  async function stop(why: string): Promise<void> {
    logger.info({ why }, 'the host daemon stops; what runs in the panes goes on');
    const ms = DAEMON_CLOSES_MS;
    const steps = [
      { what: 'the channels', ms: ms.channels, close: () => daemon.close() },
      { what: 'the application’s tools', ms: ms.driver, close: () => host?.closeAppTools() },
      { what: 'the driver', ms: ms.driver, close: () => driver.close?.() },
      { what: 'the relay', ms: ms.relay, close: () => relay?.close() },
      { what: 'the traces', ms: ms.traces, close: () => traces?.close() },
    ];
    await closeInOrder(steps, onError);
    process.exit(0);
  }
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
}
