/** `host.env`: the environment with which the host's daemon and agents are started. */
import { delimiter } from 'node:path';
import { parseEnv } from 'node:util';
import { type HostApprovals, readApprovals } from '../../config/approval-policy.ts';
import { readIfExists, replaceFile } from '../../process/files.ts';
import { otherLines, withEnvLines } from '../env-lines.ts';
import type { InstallRequest } from '../request.ts';

/**
 * Directories that are already in PATH keep their order, and the owner's other lines stay. Returns what a gateway may
 * allow from now on: the chosen value, otherwise the one in the file, otherwise `deny`.
 */
export function writeHostEnv(
  file: string,
  { path, agent, agentCommand, approvals, isolation }: InstallRequest,
): HostApprovals {
  const text = readIfExists(file);
  const { PATH: known = '', PALIADIN_APPROVALS: written, PALIADIN_ISOLATION: level = isolation } = parseEnv(text ?? '');
  const directories = new Set([...known.split(delimiter), ...path.split(delimiter)].filter((each) => each !== ''));
  const before = approvals === undefined ? readApprovals(written) : null;
  const now = approvals ?? before ?? 'deny';
  const values = {
    PATH: [...directories].join(delimiter),
    ...(agent !== undefined && { PALIADIN_AGENT: agent }),
    ...(agentCommand !== undefined && { PALIADIN_AGENT_COMMAND: agentCommand }),
    ...(level !== undefined && { PALIADIN_ISOLATION: level }),
  };
  // Explained beside the first of its lines, because this setting prevents a stolen gateway from running commands.
  const lines = withEnvLines(text ?? HEAD, values) + (written === undefined ? APPROVALS_HEAD : '');
  replaceFile(file, withEnvLines(lines, { PALIADIN_APPROVALS: now }), 0o600);
  return now;
}

/** Whether its owner has added more lines to it. */
export function isHostEnvEdited(file: string): boolean {
  return otherLines(readIfExists(file) ?? '', OURS).length > 0;
}

const OURS = ['PATH', 'PALIADIN_AGENT', 'PALIADIN_AGENT_COMMAND', 'PALIADIN_APPROVALS', 'PALIADIN_ISOLATION'];
const HEAD = '# Settings of this host, and the environment of its agents.\n';
const APPROVALS_HEAD = `# What a gateway may allow that the agent's own settings do not allow.
# deny: nothing, whatever the gateway says, so that one who steals it can run no commands here.
# gateway: what is allowed in the chat, by whoever the gateway lets; never the tools listed in a line such as
# PALIADIN_NEVER_ALLOW=Bash,Edit,mcp__mail__*
`;
