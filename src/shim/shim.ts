/**
 * Entry of `paliadin-shim`, the one file that a host needs. sshd runs it as forced command, and a person runs it by
 * hand. It also starts itself as daemon, relay and demo agent, and sets the host up, which no ssh client can request:
 * what a client sends never becomes its arguments.
 */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Programs } from '../config/programs.ts';
import { SMALL_HEAP } from '../config/small-heap.ts';
import { VERSION } from '../config/version.ts';
import { PaliadinError } from '../contract/errors.ts';
import { SHIM_SAYS, shimExit } from '../contract/shim.ts';
import { parseCommand, UsageError } from '../host/shim/parse-command.ts';
import { serveVerb } from '../host/shim/serve-verb.ts';
import { note } from '../process/terminal.ts';

// The time that an older gateway waits, less the time that ssh needs.
const TURN_MS = 60_000;
const self = realpathSync(process.argv[1] ?? '');
const programs: Programs = {
  daemon: [process.execPath, '--disable-warning=ExperimentalWarning', SMALL_HEAP, self, 'daemon'],
  relay: [process.execPath, '--disable-warning=ExperimentalWarning', SMALL_HEAP, self, 'relay'],
  demoAgent: [self, 'demo-agent'],
  demoFiles: [self],
  skill: join(dirname(self), 'skill'),
};

async function main(): Promise<void> {
  const { SSH_ORIGINAL_COMMAND: asked, SSH_CONNECTION: connection } = process.env;
  const byHand = asked === undefined && connection === undefined;
  const [program] = process.argv.slice(2);
  if (byHand && program === 'demo-agent') {
    process.argv.splice(2, 1); // the demo agent reads its own arguments
    await import('../demo/main.ts');
  } else if (byHand && program === 'daemon') {
    const { runDaemon } = await import('../daemon/run-daemon.ts');
    await runDaemon({ ...(await settings()), programs });
  } else if (byHand && program === 'relay') {
    const { runRelayProcess } = await import('../daemon/run-relay.ts');
    await runRelayProcess(process.argv[3] ?? '', process.env);
  } else if (byHand && (program === 'install' || program === 'uninstall')) {
    const { serveSetUp } = await import('../setup/on-host/serve.ts');
    await serveSetUp(program, process.env, self, programs);
  } else {
    process.exit(await answer(byHand ? process.argv.slice(2).join(' ') : (asked ?? '')));
  }
}

async function answer(line: string): Promise<number> {
  let command: ReturnType<typeof parseCommand>;
  try {
    command = parseCommand(line);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(error.message);
    return shimExit.usage;
  }
  return serveVerb(command, {
    version: VERSION,
    reachDaemon,
    examine: async () => {
      const { examineHost } = await import('../setup/doctor/examine-host.ts');
      return examineHost({ ...(await settings()), programs, shim: process.argv[1] ?? self });
    },
    input: process.stdin,
    output: process.stdout,
    complain,
    turnMs: TURN_MS,
  });
}

function complain(what: string): void {
  note(`${SHIM_SAYS}${what}`);
}

/** Loaded only by the verbs that need it. */
async function settings() {
  const { shimSettings } = await import('../config/shim-settings.ts');
  return shimSettings(dirname(self), process.env);
}

async function reachDaemon() {
  const [{ reachExpected }, { chooseAgent }, { localDaemon }, { prepareState }] = await Promise.all([
    import('../transport/expected-daemon.ts'),
    import('../daemon/agent.ts'),
    import('../daemon/local-daemon.ts'),
    import('../config/state-paths.ts'),
  ]);
  const { config, env, policy } = await settings();
  const agent = chooseAgent(config, env);
  if ('missing' in agent) throw new PaliadinError('disabled', agent.missing);
  return reachExpected(localDaemon({ config, paths: prepareState(config), agent, env, programs, policy }));
}

main();
