/** How the owner's Claude Code is signed in, as far as its environment and files show. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SignIn } from '../../host/agents/claude/model-access.ts';
import type { ClaudeCode } from '../../host/agents/claude-code.ts';

export function signInOf(env: NodeJS.ProcessEnv, { directory }: ClaudeCode): SignIn {
  if (isSet(env.ANTHROPIC_API_KEY) || isSet(env.ANTHROPIC_AUTH_TOKEN)) return { by: 'key' };
  const credentials = join(directory, '.credentials.json');
  return {
    by: 'login',
    credentials: existsSync(credentials) ? credentials : null,
    oauthToken: isSet(env.CLAUDE_CODE_OAUTH_TOKEN) ? env.CLAUDE_CODE_OAUTH_TOKEN : null,
    ownApi: isSet(env.ANTHROPIC_BASE_URL),
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
