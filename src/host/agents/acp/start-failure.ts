/** Why an agent did not start, and what its owner can do. */
import { PaliadinError } from '../../../contract/errors.ts';
import type { GuardedChild } from '../../../process/guarded-child.ts';
import { type AgentIdentity, AgentRefusal } from '../../../transport/acp-agent.ts';

/** Its own ways to sign in are in the message. */
export class SignInNeeded extends Error {
  override name = 'SignInNeeded';
  constructor(signIns: AgentIdentity['signIns']) {
    const ways = signIns.slice(0, MAX_WAYS).map(({ name, description }) => {
      const said = description === null || description === name ? name : `${name} (${description})`;
      return said.replace(/\s+/g, ' ').slice(0, MAX_WAY);
    });
    super(ways.length === 0 ? '' : `; it offers: ${ways.join('; ')}`);
  }
}

/** `end`: how its program ended, if it has. Nobody has asked it anything yet, so its last words contain no question. */
export function startFailure(
  error: unknown,
  { command, end, child }: { command: string; end: string | null; child: Pick<GuardedChild, 'lastWords'> },
): PaliadinError {
  const words = child.lastWords();
  const said = words === '' ? '' : `: ${words}`;
  const because = { cause: error };
  if (error instanceof SignInNeeded) {
    return new PaliadinError(
      'agent_not_ready',
      `the agent is not signed in: ${howToSignIn(command)}${error.message}`,
      because,
    );
  }
  if (end === NOT_FOUND || end === NOT_EXECUTABLE) {
    return new PaliadinError('agent_not_ready', `the agent’s command can’t be run${said}`, because);
  }
  if (end !== null)
    return new PaliadinError('agent_stopped', `the agent ended while it started, ${end}${said}`, because);
  if (error instanceof AgentRefusal) {
    return new PaliadinError('agent_not_ready', `the agent did not start: ${error.message}${said}`, because);
  }
  return new PaliadinError('agent_not_ready', 'the agent did not start', because);
}

export function howToSignIn(command: string): string {
  return `sign in on the host, in a shell of the account that runs Paliadin, with the agent’s own program or its key in the environment (its command here is ${command.slice(0, MAX_WAY)})`;
}

// As a shell reports them.
const NOT_FOUND = 'exit status 127';
const NOT_EXECUTABLE = 'exit status 126';
const MAX_WAYS = 5;
const MAX_WAY = 200;
