/** Whether the agent that speaks ACP starts and answers, without a question to it. */
import { tmpdir } from 'node:os';
import { agentEnv } from '../../../config/agent-env.ts';
import { levelOf } from '../../../config/isolation/level.ts';
import { hasKey, KEY_VARIABLES, modelServicesIn } from '../../../config/isolation/model-services.ts';
import type { Config } from '../../../config/load.ts';
import type { ShimSettings } from '../../../config/shim-settings.ts';
import type { Check } from '../../../contract/check.ts';
import type { Agent } from '../../../daemon/agent.ts';
import { spawnGuarded } from '../../../process/guarded-child.ts';
import { type AgentIdentity, openAcpAgent } from '../../../transport/acp-agent.ts';
import { checksOf } from '../checks.ts';

export async function examineAcp(
  { argv, command }: NonNullable<Agent['acp']>,
  { config, env }: Pick<ShimSettings, 'config' | 'env'>,
): Promise<Check[]> {
  const child = await spawnGuarded(argv, { cwd: tmpdir(), env: agentEnv(env) });
  try {
    const listener = { onUpdate() {}, onPermission: async () => null, onQuestion: async () => DECLINE };
    const { identity } = await openAcpAgent(child.stream, listener, { initializeMs: PATIENCE_MS });
    const { name, version, signIns, resumes, takes } = identity;
    const known = [name ?? 'an agent', version ?? ''].join(' ').trim();
    const again =
      resumes === null ? 'it can’t take up an earlier conversation' : `it takes up conversations by session/${resumes}`;
    const ways = signIns.map((way) => way.description ?? way.name).join('; ');
    const signIn =
      ways === ''
        ? passed('sign-in', 'it tells of no sign-in; the first question shows whether one is needed')
        : passed('sign-in', `it offers: ${ways}`, 'whether it is signed in, the first question shows');
    const models = levelOf(config, 'acp') === 'sandbox' ? [examineModels(argv[0], config, env)] : [];
    return [
      passed('agent', `${known}, by ACP (${command}); ${again}`),
      passed('files', filesOf(takes)),
      signIn,
      ...models,
    ];
  } catch (error) {
    const words = child.lastWords();
    const said = words === '' ? '' : ` (${words})`;
    return [failed('agent', `${command} does not answer as ACP says: ${(error as Error).message}${said}`, REMEDY)];
  } finally {
    await child.kill();
  }
}

function filesOf({ image, embedded }: AgentIdentity['takes']): string {
  const taken = [...(image ? ['images'] : []), ...(embedded ? ['documents and texts'] : [])];
  if (taken.length === 0) return 'it reads the files of a question by their paths';
  return `it takes ${taken.join(', ')} with the question; what is large it reads by its path`;
}

/** In the sandbox an agent has no sign-in of its own. */
function examineModels(program: string, { values }: Config, env: Record<string, string>): Check {
  const services = modelServicesIn(values.PALIADIN_SANDBOX_MODELS, program);
  const keyless = services.filter((service) => !hasKey(env, service));
  const names = services.join(', ');
  if (keyless.length === 0)
    return passed('models', `in the sandbox it asks ${names} with your key, which stays outside`);
  const variables = keyless.map((service) => KEY_VARIABLES[service].join(' or ')).join(', and ');
  return failed(
    'models',
    `in the sandbox it is to ask ${names}, and there is no key for ${keyless.join(', ')}`,
    `set ${variables} for this host, or other models in PALIADIN_SANDBOX_MODELS`,
  );
}

const DECLINE = { action: 'decline' } as const;
const REMEDY =
  'run the command in a shell of this account, and correct PALIADIN_AGENT_COMMAND or install the agent anew';
// A question waits as long.
const PATIENCE_MS = 60_000;
const { passed, failed } = checksOf('host');
