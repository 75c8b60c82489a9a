/** An agent that speaks ACP, by the command that its owner has written. */
import { realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { modelServicesIn } from '../config/isolation/model-services.ts';
import { agentSecret } from '../host/agent-secret.ts';
import { acpDriver } from '../host/agents/acp/driver.ts';
import { instructions } from '../host/agents/acp/instructions.ts';
import { memoryLimit } from '../host/agents/acp/memory-limit.ts';
import { claudeEnv, programFiles } from '../host/agents/claude-code.ts';
import type { Driver } from '../host/agents/driver.ts';
import type { Relay } from '../host/relay/open-relay.ts';
import type { AgentLimits } from '../transport/acp-agent.ts';
import type { DriverNeeds } from './agent.ts';
import { sandboxedEnv } from './sandboxed-acp.ts';

export interface AcpAgentNeeds extends DriverNeeds {
  /** The journal, with each session's secret. */
  sessions: string;
  /** A sandboxed agent's way to the model; null if it is in no sandbox. */
  relay: Pick<Relay, 'port'> | null;
  onError(what: string, error: unknown): void;
  limits?: AgentLimits;
}

/** `argv` begins with the program's path. */
export function acpAgentDriver(
  { argv, command }: { argv: [string, ...string[]]; command: string },
  { config, env, programs, sessions, relay, onError, limits }: AcpAgentNeeds,
): Driver {
  return acpDriver({
    argv,
    command,
    ...(limits && { limits }),
    instructions: () => instructions(programs.skill),
    memory: memoryLimit({
      bytes: config.values.PALIADIN_AGENT_MEMORY * MIB,
      onError: (error) => onError('the memory of agents is not known', error),
    }),
    needs({ session, home }) {
      if (home.home === null || relay === null) return { env: claudeEnv };
      const token = `${session}.${agentSecret(sessions, session)}`;
      const access = { token, port: relay.port };
      const services = modelServicesIn(config.values.PALIADIN_SANDBOX_MODELS, argv[0]);
      const out = sandboxedEnv({ program: argv[0], services, shared: home.shared, access, env });
      return { env: { ...claudeEnv, ...out }, read: filesOf(argv[0]) };
    },
  });
}

const MIB = 1024 * 1024;

/** Packages that npm has installed beside the program's are part of it; and the Node that runs it. */
function filesOf(program: string): string[] {
  const modules = `${sep}node_modules${sep}`;
  const real = realpathSync(program);
  const at = real.indexOf(modules);
  const own = at < 0 ? programFiles(program) : [real.slice(0, at + modules.length - 1), dirname(program)];
  return [...own, dirname(realpathSync(process.execPath))];
}
