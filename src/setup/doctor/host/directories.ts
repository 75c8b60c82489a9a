/** The directories in which agents work, and in which data is stored. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { agentEnv } from '../../../config/agent-env.ts';
import { levelOf } from '../../../config/isolation/level.ts';
import type { ShimSettings } from '../../../config/shim-settings.ts';
import { prepareState, type StatePaths } from '../../../config/state-paths.ts';
import type { Check } from '../../../contract/check.ts';
import { chooseAgent } from '../../../daemon/agent.ts';
import { trustOf } from '../../../host/agents/claude/trust.ts';
import { readJson } from '../../../host/read-json.ts';
import { checkSocketPath } from '../../../host/tmux/socket-path.ts';
import { outputOf } from '../../../process/output-of.ts';
import { checksOf } from '../checks.ts';
import { claudePaths } from './claude-paths.ts';

export async function examineDirectories(settings: ShimSettings): Promise<Check[]> {
  const { PALIADIN_AGENT_DIR: chosen } = settings.config.values;
  // Checked before the state is prepared, which creates the directory: a wrong name would seem right.
  if (chosen !== undefined && !existsSync(chosen)) {
    return [failed('directory', `${chosen} does not exist`, 'make it, or correct PALIADIN_AGENT_DIR')];
  }
  let paths: StatePaths;
  try {
    paths = prepareState(settings.config);
    checkSocketPath(paths.hostSocket);
  } catch (error) {
    return [failedBy('state', error)];
  }
  return [
    examineWorkspace(paths.workspace),
    ...(await examineTrust(settings, paths.workspace)),
    examineState(paths.root),
    await examineDisk(paths.root),
  ];
}

function examineWorkspace(path: string): Check {
  try {
    if (!statSync(path).isDirectory()) throw new Error('it is not a directory');
    accessSync(path, constants.R_OK | constants.X_OK);
    return passed('directory', path);
  } catch (error) {
    return failed('directory', `${path}: ${(error as Error).message}`, 'mend it, or correct PALIADIN_AGENT_DIR');
  }
}

/** Claude Code asks before it works in a directory for the first time, and nobody would answer. */
async function examineTrust({ config, env }: ShimSettings, path: string): Promise<Check[]> {
  const agent = chooseAgent(config, env);
  // If people are isolated, each has a workspace of ours, which Claude Code does not ask about.
  if ('missing' in agent || agent.name !== 'claude' || levelOf(config, agent.name) !== 'none') return [];
  const { state } = claudePaths(env);
  const known = readJson(state);
  const remedy = `on the host run \`cd ${path} && claude\`, answer what it asks, and leave it with /exit`;
  if (known === null) return [failed('trust', `Claude Code has not been run yet: no ${state}`, remedy)];
  const projects = (known.projects ?? {}) as Record<string, { hasTrustDialogAccepted?: boolean } | undefined>;
  const version = await outputOf(agent.program, ['--version'], agentEnv(env)).catch(() => '');
  const trusts = (directory: string) => projects[directory]?.hasTrustDialogAccepted === true;
  const { by, repository } = trustOf(path, version, trusts);
  if (by !== null) return [passed('trust', `Claude Code trusts ${by}`)];
  const where = repository === null ? path : `${path}, in the repository ${repository},`;
  return [failed('trust', `Claude Code does not trust ${where} yet`, remedy)];
}

/** Nobody else can write there: otherwise it would have been rejected earlier. */
function examineState(path: string): Check {
  const mode = statSync(path).mode & 0o777;
  const shown = mode.toString(8).padStart(4, '0');
  if ((mode & 0o077) !== 0) return failed('state', `${path} is open to others (mode ${shown})`, `chmod 700 ${path}`);
  return passed('state', `${path}, yours alone (mode ${shown})`);
}

async function examineDisk(path: string): Promise<Check> {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  const shown = `${(free / GB).toFixed(1)} GB free for ${path}`;
  return free < LITTLE ? failed('disk', shown, 'make room: without it questions are refused') : passed('disk', shown);
}

const { passed, failed, failedBy } = checksOf('host');
const GB = 1e9;
// Enough for one day of long conversations, and their agent's own records.
const LITTLE = 0.2 * GB;
