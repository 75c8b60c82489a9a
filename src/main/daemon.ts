/** Entry of the host daemon. Prints a line once it listens; until then it may end because another runs. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { pino } from 'pino';
import { PROTOCOL_VERSION } from '../contract/host.ts';
import { startDaemon } from '../host/daemon.ts';
import { openHost } from '../host/host.ts';
import { checkSocketPath } from '../host/tmux/socket-path.ts';
import { chooseAgent, findProgram, makeDriver, silenceMs } from './agent.ts';
import { agentEnv } from './agent-env.ts';
import { claim } from './claim.ts';
import { loadConfig } from './config/load.ts';
import { settingsDigest } from './host-settings.ts';
import { prepareState } from './state-paths.ts';
import { readVersion } from './version.ts';

// How long ended turns are kept: a week is longer than a gateway is ever down.
const KEEP_MS = 7 * 24 * 3_600_000;

const config = loadConfig(process.env, process.cwd());
const logger = pino({ level: config.values.PALIADIN_LOG_LEVEL }, pino.destination({ dest: 2, sync: true }));

try {
  await run();
} catch (error) {
  logger.fatal({ reason: (error as Error).message }, 'the host daemon could not start');
  process.exit(1);
}

async function run(): Promise<void> {
  process.umask(0o077);
  const paths = prepareState(config);
  checkSocketPath(paths.hostSocket);
  if (claim(paths.hostLock) === null) process.exit(0); // the one that runs already will answer
  writeFileSync(paths.hostPid, String(process.pid));
  const agent = chooseAgent(config, process.env);
  if ('missing' in agent) throw new Error(agent.missing);
  const tmux = findProgram('tmux', process.env);
  if (tmux === null) throw new Error('tmux is not installed');
  const onTrouble = (what: string, error: unknown) => logger.error({ reason: (error as Error).message }, what);

  const host = await openHost({
    identity: {
      version: readVersion(),
      protocol: PROTOCOL_VERSION,
      agent: agent.name,
      driver: agent.driverName,
      settings: settingsDigest(config, agent, paths.workspace, process.env),
    },
    directory: paths.host,
    tmux,
    driver: makeDriver(agent, paths.workspace, config, process.env),
    agentProgram: agent.program,
    agentEnv: agentEnv(process.env),
    silenceMs: silenceMs(config, agent),
    // A start keeps a core busy: more at once would only make each of them slower.
    startsAtOnce: availableParallelism(),
    keepMs: KEEP_MS,
    clock: Date.now,
    onTrouble,
    onRetire: () => setImmediate(stop, 'retired'),
  });
  const daemon = await startDaemon(host, paths.hostSocket, onTrouble);
  logger.info({ pid: process.pid, agent: agent.name, driver: agent.driverName }, 'the host daemon listens');
  process.stdout.on('error', () => {}); // whoever started it may be gone already
  process.stdout.write('ready\n');

  async function stop(why: string): Promise<void> {
    logger.info({ why }, 'the host daemon stops; what runs in the panes goes on');
    await daemon.close();
    process.exit(0);
  }
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
}
