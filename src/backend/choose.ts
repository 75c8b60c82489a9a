/** Chooses the backend: remote where a host is configured, local where tmux and an agent are found, else disabled. */
import type { Backend } from './backend.ts';
import { disabledBackend } from './disabled.ts';

export interface Findings {
  /** Makes the remote backend; null where no host is configured. */
  remote: (() => Backend) | null;
  /** Path of the tmux program; null where there is none. */
  tmux: string | null;
  /** Why there is no agent; null where there is one. */
  agentMissing: string | null;
  /** Makes the local backend. */
  local(): Backend;
}

export function chooseBackend({ remote, tmux, agentMissing, local }: Findings): Backend {
  if (remote !== null) return remote();
  const missing = [tmux === null ? NO_TMUX : null, agentMissing].filter((reason) => reason !== null);
  return missing.length === 0 ? local() : disabledBackend(missing.join('; '));
}

const NO_TMUX = 'tmux is not found on PATH; install it and start again';
