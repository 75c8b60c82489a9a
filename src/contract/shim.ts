/** What a gateway may ask of the forced command on a host, and how the command answers: a public contract. */
import { SESSION_PATTERN, TURN_ID_PATTERN } from './names.ts';

export type ShimVerb = 'connect' | 'health' | 'run-turn' | 'reset' | 'version' | 'doctor';

/** The patterns of each verb's arguments. Every argument must match as a whole; otherwise the shim does nothing. */
export const shimArguments: Record<ShimVerb, readonly RegExp[]> = {
  /** The protocol's version: an ACP channel on standard input and output. */
  connect: [/^[1-9][0-9]{0,3}$/],
  /** `ok`, or why the session could not be answered now. */
  health: [SESSION_PATTERN],
  /** Session, turn and the message in base64, at most 200 kB of it. The answer is the raw one, trailer included. */
  'run-turn': [
    SESSION_PATTERN,
    TURN_ID_PATTERN,
    /^(?:[A-Za-z0-9+/]{4}){0,66666}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  ],
  reset: [SESSION_PATTERN],
  version: [],
  /** What the host reports about itself, as JSON. */
  doctor: [],
};

/** Exit codes, as in sysexits.h and timeout(1). */
export const shimExit = {
  ok: 0,
  /** Not one of the verbs, or an argument that does not match: nothing was done. */
  usage: 64,
  /** Refused or failed; the code and the reason are on standard error. */
  unavailable: 69,
  /** Node is too old. */
  oldNode: 70,
  /** The host speaks another version of the protocol. */
  protocol: 76,
  /** No answer in time. The turn goes on: the same call collects it. */
  timeout: 124,
} as const;

/** The prefix of each line that the shim writes to standard error. */
export const SHIM_SAYS = 'paliadin-shim: ';
