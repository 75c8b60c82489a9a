/**
 * Which agent would answer, whether it runs, and whether it is signed in, as far as this can be checked without its
 * secrets.
 */
import { existsSync } from 'node:fs';
import { agentEnv } from '../../../config/agent-env.ts';
import { levelOf } from '../../../config/isolation/level.ts';
import type { ShimSettings } from '../../../config/shim-settings.ts';
import type { Check } from '../../../contract/check.ts';
import type { IsolationLevel } from '../../../contract/isolation.ts';
import { chooseAgent } from '../../../daemon/agent.ts';
import { readJson } from '../../../host/read-json.ts';
import { outputOf } from '../../../process/output-of.ts';
import { checksOf } from '../checks.ts';
import { examineAcp } from './acp.ts';
import { claudePaths } from './claude-paths.ts';
import { examineHooks } from './hooks.ts';
import { examineKeys } from './keys.ts';

export async function examineAgent(
  settings: Pick<ShimSettings, 'config' | 'env'>,
  platform: NodeJS.Platform,
): Promise<Check[]> {
  const { config, env } = settings;
  const agent = chooseAgent(config, env);
  if ('missing' in agent) return [failedBy('agent', new Error(agent.missing))];
  if (agent.name === 'demo') {
    const real = 'it invents its answers; for real ones install Claude Code on the host and sign in there';
    return [passed('agent', 'the demo agent', real)];
  }
  if (agent.acp !== undefined) return examineAcp(agent.acp, settings);
  const runs = await outputOf(agent.program, ['--version'], agentEnv(env)).then(
    (version) => [passed('agent', `${version} (${agent.program})`), examineHooks(agent, version, settings)],
    (error) => [failed('agent', `${agent.program} does not run: ${error.message}`, 'install Claude Code anew')],
  );
  return [...runs, ...examineKeys(settings), examineSignIn(env, platform, levelOf(config, agent.name))];
}

/** Only checks that there is something to sign in with; the first question shows whether it works. */
function examineSignIn(env: Record<string, string>, platform: NodeJS.Platform, level: IsolationLevel): Check {
  const name = KEY_VARIABLES.find((variable) => (env[variable] ?? '') !== '');
  if (name !== undefined) return passed('sign-in', `by ${name}`);
  const { credentials, settings } = claudePaths(env);
  if (existsSync(credentials)) return passed('sign-in', credentials);
  if (level === 'sandbox') return failed('sign-in', NOT_SHARED, SHARE);
  if (readJson(settings)?.apiKeyHelper !== undefined) return passed('sign-in', `by the apiKeyHelper of ${settings}`);
  if (platform === 'darwin') {
    const advice =
      'run `claude` on the host once to be sure; where the keychain stays locked for ssh, put CLAUDE_CODE_OAUTH_TOKEN (of `claude setup-token`) into host.env';
    return passed('sign-in', 'can’t be told: it is in the keychain, which is not open to ssh', advice);
  }
  return failed('sign-in', `Claude Code is not signed in: no ${credentials}`, 'run `claude` on the host and sign in');
}

const { passed, failed, failedBy } = checksOf('host');

const NOT_SHARED = 'a sandboxed Claude Code has no sign-in: there is no key, and no file of credentials to share';
const SHARE =
  'put ANTHROPIC_API_KEY, or CLAUDE_CODE_OAUTH_TOKEN (of `claude setup-token`), into host.env or the environment of the gateway';

// Variables that Claude Code accepts in place of a sign-in.
const KEY_VARIABLES = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_VERTEX',
];
