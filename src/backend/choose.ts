/** Which backend serves: remote where a host is named, local where tmux and an agent are found, else disabled. */
import { PaliadinError } from '../contract/errors.ts';
import type { Backend } from './backend.ts';
import { disabledBackend } from './disabled.ts';

export interface Findings {
  /** `PALIADIN_REMOTE_HOST` */
  remoteHost: string | undefined;
  /** Path of the tmux program; null where there is none. */
  tmux: string | null;
  /** Why there is no agent; null where there is one. */
  agentMissing: string | null;
  /** Makes the local backend. */
  local(): Backend;
}

/** @throws PaliadinError `disabled` where what is asked for is not to be had at all. */
export function chooseBackend({ remoteHost, tmux, agentMissing, local }: Findings): Backend {
  if (remoteHost !== undefined) {
    throw new PaliadinError(
      'disabled',
      'PALIADIN_REMOTE_HOST is set, but this version reaches agents on its own machine only; unset it',
    );
  }
  const missing = [tmux === null ? NO_TMUX : null, agentMissing].filter((reason) => reason !== null);
  return missing.length === 0 ? local() : disabledBackend(missing.join('; '));
}

const NO_TMUX = 'tmux is not found on PATH; install it and start again';
