/** What a failed turn of Claude Code means here: the code, and a detail for the owner. */
import type { LogEntry } from './log.ts';

/** `kind` is the hook's name for the failure, `said` is what the terminal shows. */
export function failureOf(kind: string, said: string): Extract<LogEntry, { event: 'failure' }> {
  const what = plain(said);
  const code = kind === 'rate_limit' ? 'agent_limit' : 'agent_error';
  const advice = ADVICE[kind];
  return { event: 'failure', code, detail: [what || `it failed: ${kind}`, advice].filter(Boolean).join('; ') };
}

const ADVICE: Record<string, string> = {
  authentication_failed: 'sign in at the terminal with /login, or renew the key',
  oauth_org_not_allowed: 'sign in at the terminal with /login, with an account of the right organisation',
  billing_error: 'look at the account’s billing',
  model_not_found: 'choose another model in Claude Code’s settings',
  overloaded: 'the model’s service is overloaded; ask again later',
  server_error: 'the model’s service failed; ask again later',
};

/** One line, without the part of a key that it may show. */
function plain(text: string): string {
  return text
    .replace(/\bsk-\S+/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_DETAIL_LENGTH);
}

// A refusal has a long explanation; its first sentences say what it is.
const MAX_DETAIL_LENGTH = 300;
