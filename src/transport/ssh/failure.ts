/**
 * Translates what ssh printed and returned into an error code. ssh exits with 255 for all of its own failures, so its
 * messages decide.
 */

import { type ErrorCode, isErrorCode, PaliadinError } from '../../contract/errors.ts';
import { SHIM_SAYS, shimExit } from '../../contract/shim.ts';
import { instead } from './login-shell.ts';
import { shown } from './shown.ts';
import type { SshEnd } from './ssh-end.ts';

/** `target` is the host as a person knows it: `m@laptop:22022`. The `SshEnd` is the error's cause. */
export function sshFailure(end: SshEnd, target: string): PaliadinError {
  const { code, detail } = failureOf(end, target);
  return new PaliadinError(code, detail, { cause: end });
}

function failureOf(end: SshEnd, target: string): PaliadinError {
  const { code, signal, stderr } = end;
  const lines = linesOf(stderr);
  if (code === null && signal === null)
    return new PaliadinError('shim_error', shown(lines.at(-1) ?? 'ssh did not run'));
  if (signal !== null) return new PaliadinError('mriver_unreachable', `ssh to ${target} was ended by ${signal}`);
  if (code === SSH_ITSELF) return ofSsh(lines, target);
  const other = shimWord(lines) === undefined ? instead(end) : null;
  return other === null ? ofShim(code, lines, target) : new PaliadinError('shim_error', `${target}: ${other}`);
}

/** Whether it is certain that the shim has done nothing. */
export function touchedNothing({ code, stderr }: SshEnd): boolean {
  if (code === SSH_ITSELF) return heard(linesOf(stderr))?.word.beforeLogin === true;
  return code !== null && UNTOUCHED.includes(code);
}

function linesOf(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line.trim() !== '');
}

function ofSsh(lines: string[], target: string): PaliadinError {
  const known = heard(lines);
  if (known !== null) {
    return new PaliadinError(known.word.code, `${target}: ${shown(known.line)}; ${known.word.remedy}`);
  }
  const unheard = lines.findLast(isOfSsh);
  if (unheard !== undefined) return new PaliadinError('shim_error', `${target}: ${shown(unheard)}`);
  // ssh reports no failure, so the program that it ran has ended without an exit code.
  const said = shimWord(lines) ?? lines.at(-1);
  const last = said === undefined ? '' : ` (${shown(said)})`;
  return new PaliadinError('shim_error', `${target}: the shim was ended by a signal${last}; run \`paliadin doctor\``);
}

/** The last known message of ssh. */
function heard(lines: string[]): { word: SshWord; line: string } | null {
  for (const line of lines.filter(isOfSsh).toReversed()) {
    const word = SSH_WORDS.find(({ words }) => words.test(line.trimEnd()));
    if (word !== undefined) return { word, line };
  }
  return null;
}

/** ssh ends its lines with a carriage return too; this distinguishes them from a banner and from remote output. */
function isOfSsh(line: string): boolean {
  return line.endsWith('\r');
}

interface SshWord {
  words: RegExp;
  code: ErrorCode;
  remedy: string;
  /** ssh prints it only while nothing has run on the host. */
  beforeLogin?: true;
}

const UNREACHABLE = 'mriver_unreachable';

/** ssh's own messages, each with the resulting code. The first that matches a line counts. */
const SSH_WORDS: SshWord[] = [
  {
    words: /^Host key verification failed\.|REMOTE HOST IDENTIFICATION HAS CHANGED|^No \S+ host key is known for /,
    code: 'host_key_changed',
    beforeLogin: true,
    remedy: 'the host shows another key than the pinned one; if that is right, pin it anew with `paliadin host add`',
  },
  {
    words: /^\S+@\S+: Permission denied \([\w,-]+\)\.?$|: Too many authentication failures$/,
    code: 'shim_auth_failed',
    beforeLogin: true,
    remedy: 'the host does not accept this key; `paliadin host add` installs it, `paliadin doctor` looks further',
  },
  {
    words: /^ssh: Could not resolve hostname /,
    code: UNREACHABLE,
    beforeLogin: true,
    remedy: 'the name is not known here; check PALIADIN_REMOTE_HOST and this machine’s DNS',
  },
  {
    words: /^ssh: connect to host .*: Connection refused$/,
    code: UNREACHABLE,
    beforeLogin: true,
    remedy: 'nothing listens there; start sshd on the host, or check PALIADIN_REMOTE_PORT',
  },
  {
    words:
      /^(ssh: connect to host|Connection to) .*timed out$|^Connection timed out|^Timeout, server .* not responding\.$/,
    code: UNREACHABLE,
    remedy: 'the host does not answer; it may be asleep or offline',
  },
  {
    words: /^(kex_exchange_identification|banner exchange): /,
    code: UNREACHABLE,
    beforeLogin: true,
    remedy: 'the connection broke',
  },
  {
    words:
      /^(ssh_dispatch_run_fatal|client_loop|ssh_packet_\w+): |^Connection (closed|reset) by |^Connection to .* closed by remote host|Broken pipe$|: Connection reset by peer$/,
    code: UNREACHABLE,
    remedy: 'the connection broke',
  },
  {
    // Network is unreachable, No route to host, Host is down, Permission denied (of the network, not of the host).
    words: /^ssh: connect to host /,
    code: UNREACHABLE,
    beforeLogin: true,
    remedy: 'there is no way to the host; check the network or the VPN on both sides',
  },
  {
    words: /^Unable to negotiate with |no matching .* found/,
    code: 'shim_error',
    remedy: 'both OpenSSH versions have no algorithm in common; update the older one',
  },
];

/** ssh got through; the program that it ran there failed. */
function ofShim(code: number | null, lines: string[], target: string): PaliadinError {
  const said = shimWord(lines);
  if (code === shimExit.protocol) {
    return new PaliadinError('shim_outdated', shown(said?.replace(/^shim_outdated: /, '') ?? 'versions do not match'));
  }
  if (code === shimExit.timeout) return new PaliadinError('timeout', `${target}: no answer within the shim’s limit`);
  if (code === shimExit.unavailable && said !== undefined) return ofHost(said);
  if (code === shimExit.oldNode && said !== undefined)
    return new PaliadinError('shim_error', `${target}: ${shown(said)}`);
  const last = shown(
    said ?? lines.findLast((line) => THROWN.test(line)) ?? lines.at(-1) ?? 'nothing on standard error',
  );
  return new PaliadinError('shim_error', `${target}: ${whatHappened(code, lines, last)}`);
}

/**
 * Shells exit with 127 if they don't find a program and with 126 if they can't run it; if the shim is missing, Node
 * says so in words.
 */
function whatHappened(code: number | null, lines: string[], last: string): string {
  if (code === NOT_RUNNABLE) return `the shim can't be run (${last}); run \`paliadin host add\` again`;
  if (code === NOT_THERE || lines.some((line) => NO_MODULE.test(line))) {
    return `the shim is not there (${last}); run \`paliadin host add\` again`;
  }
  return `the shim ended with ${code} (${last}); run \`paliadin doctor\``;
}

/** The shim's own last message. */
function shimWord(lines: string[]): string | undefined {
  return lines.findLast((line) => line.startsWith(SHIM_SAYS))?.slice(SHIM_SAYS.length);
}

/** `code: reason`, in which the shim forwards the host's error. */
function ofHost(said: string): PaliadinError {
  const [, code, reason] = /^([a-z_]+): (.*)$/s.exec(said) ?? [];
  if (isErrorCode(code)) return new PaliadinError(code, reason ?? null);
  return isErrorCode(said) ? new PaliadinError(said) : new PaliadinError('shim_error', shown(said));
}

const SSH_ITSELF = 255;
const NOT_THERE = 127;
const NOT_RUNNABLE = 126;
const UNTOUCHED: readonly number[] = [shimExit.usage, shimExit.unavailable, shimExit.oldNode, NOT_THERE, NOT_RUNNABLE];
// How Node begins the relevant line of a crash; a stack and its version follow.
const THROWN = /^(?:Uncaught )?\w*Error(?: \[\w+\])?: /;
const NO_MODULE = /^Error(?: \[\w+\])?: Cannot find module '/;
