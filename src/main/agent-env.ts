/** The environment of agents and their tmux servers: what a program needs to live, and nothing of ours. */

/** Never a secret of the gateway's, nothing that an ssh client sent. */
export function agentEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && KEPT.test(entry[0]),
  );
  return { LANG: 'C.UTF-8', ...Object.fromEntries(kept), TERM: 'xterm-256color' };
}

// Who and where the owner is, how to reach the model, where Claude Code keeps its sign-in, and what makes
// the demo agent start in half the time.
const KEPT =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_[A-Z]+|TMPDIR|TZ|XDG_[A-Z_]+|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|NODE_COMPILE_CACHE|ANTHROPIC_[A-Z_]+|CLAUDE_[A-Z_]+)$/;
