import { warningOf } from '../../config/isolation/level.ts';
import type { Config } from '../../config/load.ts';
import { prepareState } from '../../config/state-paths.ts';
import { VERSION } from '../../config/version.ts';
import { type Gateway, startGateway } from '../../gateway/gateway.ts';
import { STOP_MS } from '../../process/close-in-order.ts';
import { openLog } from '../../process/log.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import type { CommandContext } from '../context.ts';

/** Runs the gateway until it is told to stop. */
export async function start({ config, env, io, terminal }: CommandContext): Promise<void> {
  const log = logTo(prepareState(config).root, io.stderr);
  const logger = openLog(log.path ?? STANDARD_ERROR, config.values.PALIADIN_LOG_LEVEL);
  const gateway = await startGateway(config, env, logger);
  logger.info(
    { pid: process.pid, hosts: gateway.hosts.all().map(({ kind, agent }) => ({ backend: kind, agent: agent() })) },
    'the gateway listens',
  );
  stopOnSignal(gateway, (signal) => logger.info({ signal }, 'the gateway stops'));
  const code = await gateway.services.credentials.createCode(COMMAND_LINE, gateway.owner.id);
  terminal.print(greeting(gateway, { config, log: log.path, code }));
}

/**
 * A person at a terminal wants to see the link, not the log; otherwise the log goes to standard error, where it is
 * collected.
 */
function logTo(root: string, stderr: { isTTY?: boolean }): { path: string | null } {
  return { path: stderr.isTTY ? `${root}/gateway.log` : null };
}

const STANDARD_ERROR = 2;

type Host = ReturnType<Gateway['hosts']['all']>[number];

interface Greeting {
  config: Config;
  log: string | null;
  code: string;
}

function greeting({ url, publicUrl, hosts }: Gateway, { config, log, code }: Greeting): string[] {
  const refusal = hosts.refusal();
  return [
    `Paliadin ${VERSION}`,
    ...hosts.all().flatMap((backend) => describe(backend, config)),
    ...(refusal === null ? [] : [`           questions are refused: ${refusal.detail}`]),
    `  state    ${config.values.PALIADIN_STATE_DIR}`,
    ...(log === null ? [] : [`  log      ${log}`]),
    ...(publicUrl === url ? [] : [`  listens  ${url}`]),
    '',
    `Open ${publicUrl}/#code=${code}`,
    'The link signs you in once, within 15 minutes; `paliadin link` makes another. Ctrl-C stops; conversations go on.',
  ];
}

function describe({ kind, host, agent }: Host, config: Config): string[] {
  const found = agent();
  const warning = kind === 'local' ? warningOf(config, found) : null;
  return [
    `  backend  ${kind}${kind === 'remote' ? `, host ${host}` : ''}${found === null ? '' : `, agent ${found}`}`,
    ...(found === 'demo' ? ['           the demo agent invents its answers; install Claude Code for real ones'] : []),
    ...(warning === null ? [] : [`           ${warning}`]),
  ];
}

function stopOnSignal(gateway: Gateway, tell: (signal: string) => void): void {
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    tell(signal);
    // Even if a step is stuck, the turns are on record.
    setTimeout(() => process.exit(1), STOP_MS).unref();
    await gateway.close();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
