/** Whether the agent that speaks ACP starts and answers, without a question to it. */
import { tmpdir } from 'node:os';
import { agentEnv } from '../../../config/agent-env.ts';
import type { ShimSettings } from '../../../config/shim-settings.ts';
import type { Check } from '../../../contract/check.ts';
import type { Agent } from '../../../daemon/agent.ts';
import { spawnGuarded } from '../../../process/guarded-child.ts';
import { openAcpAgent } from '../../../transport/acp-agent.ts';
import { checksOf } from '../checks.ts';

export async function examineAcp(
  { argv, command }: NonNullable<Agent['acp']>,
  { env }: Pick<ShimSettings, 'env'>,
): Promise<Check[]> {
  const child = await spawnGuarded(argv, { cwd: tmpdir(), env: agentEnv(env) });
  try {
    const listener = { onUpdate() {}, onPermission: async () => null, onQuestion: async () => DECLINE };
    const { identity } = await openAcpAgent(child.stream, listener, { initializeMs: PATIENCE_MS });
    const { name, version, signIns, resumes } = identity;
    const known = [name ?? 'an agent', version ?? ''].join(' ').trim();
    const again =
      resumes === null ? 'it can’t take up an earlier conversation' : `it takes up conversations by session/${resumes}`;
    const ways = signIns.map((way) => way.description ?? way.name).join('; ');
    const signIn =
      ways === ''
        ? passed('sign-in', 'it tells of no sign-in; the first question shows whether one is needed')
        : passed('sign-in', `it offers: ${ways}`, 'whether it is signed in, the first question shows');
    return [passed('agent', `${known}, by ACP (${command}); ${again}`), signIn];
  } catch (error) {
    const words = child.lastWords();
    const said = words === '' ? '' : ` (${words})`;
    return [failed('agent', `${command} does not answer as ACP says: ${(error as Error).message}${said}`, REMEDY)];
  } finally {
    await child.kill();
  }
}

const DECLINE = { action: 'decline' } as const;
const REMEDY =
  'run the command in a shell of this account, and correct PALIADIN_AGENT_COMMAND or install the agent anew';
// A question waits as long.
const PATIENCE_MS = 60_000;
const { passed, failed } = checksOf('host');
