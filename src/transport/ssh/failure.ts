/** What ssh printed and returned, as one of our codes. ssh says 255 for all that is its own, so its words decide. */
import { isErrorCode, PaliadinError } from '../../contract/errors.ts';
import { CONTROLS } from '../../contract/sanitise.ts';
import { SHIM_SAYS, shimExit } from '../../contract/shim.ts';

export interface SshEnd {
  /** Null where a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What ssh, the login shell and the shim wrote to standard error; the end of it, where that is long. */
  stderr: string;
}

/** `place` is the host as a person knows it: `m@laptop:22022`. */
export function sshFailure({ code, signal, stderr }: SshEnd, place: string): PaliadinError {
  const lines = stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (code === null && signal === null)
    return new PaliadinError('shim_error', shown(lines.at(-1) ?? 'ssh did not run'));
  if (signal !== null) return new PaliadinError('mriver_unreachable', `ssh to ${place} was ended by ${signal}`);
  if (code === SSH_ITSELF) return ofSsh(lines, place);
  return ofShim(code, lines, place);
}

/** ssh's own words, each with what it comes to. The first that a line matches counts. */
function ofSsh(lines: string[], place: string): PaliadinError {
  for (const { words, code, remedy } of SSH_WORDS) {
    const line = lines.findLast((candidate) => words.test(candidate));
    if (line !== undefined) return new PaliadinError(code, `${place}: ${shown(line)}; ${remedy}`);
  }
  // Not known to us, but ssh could not do its part, or has lost its peer.
  const said = lines.at(-1);
  return new PaliadinError(
    'mriver_unreachable',
    said === undefined ? `ssh to ${place} ended without a word` : `${place}: ${shown(said)}`,
  );
}

const UNREACHABLE = 'mriver_unreachable' as const;

const SSH_WORDS = [
  {
    words: /^Host key verification failed\.|REMOTE HOST IDENTIFICATION HAS CHANGED|^No \S+ host key is known for /,
    code: 'host_key_changed' as const,
    remedy: 'the host shows another key than the pinned one; if that is right, pin it anew with `paliadin host add`',
  },
  {
    words: /^\S+@\S+: Permission denied \([\w,-]+\)\.?$|: Too many authentication failures$/,
    code: 'shim_auth_failed' as const,
    remedy: 'the host does not accept this key; `paliadin host add` installs it, `paliadin doctor` looks further',
  },
  {
    words: /^ssh: Could not resolve hostname /,
    code: UNREACHABLE,
    remedy: 'the name is not known here; check PALIADIN_REMOTE_HOST and this machine’s DNS',
  },
  {
    words: /^ssh: connect to host .*: Connection refused$/,
    code: UNREACHABLE,
    remedy: 'nothing listens there; start sshd on the host, or check PALIADIN_REMOTE_PORT',
  },
  {
    words: /^ssh: connect to host .*: (Network is unreachable|No route to host|Host is down)$/,
    code: UNREACHABLE,
    remedy: 'there is no way to the host; check the network or the VPN on both sides',
  },
  {
    words: /timed out|^Timeout, server .* not responding\.$/,
    code: UNREACHABLE,
    remedy: 'the host does not answer; it may be asleep or offline',
  },
  {
    words: /^kex_exchange_identification: |^Connection (closed|reset) by |closed by remote host|Broken pipe/,
    code: UNREACHABLE,
    remedy: 'the connection broke',
  },
  {
    words: /^Unable to negotiate with |no matching .* found/,
    code: 'shim_error' as const,
    remedy: 'both OpenSSH versions have no algorithm in common; update the older one',
  },
];

/** ssh got through; what it called there failed. */
function ofShim(code: number | null, lines: string[], place: string): PaliadinError {
  const said = lines.findLast((line) => line.startsWith(SHIM_SAYS))?.slice(SHIM_SAYS.length);
  if (code === shimExit.protocol) return new PaliadinError('shim_outdated', shown(said ?? 'versions do not match'));
  if (code === shimExit.timeout) return new PaliadinError('timeout', `${place}: no answer within the shim’s limit`);
  if (code === shimExit.unavailable && said !== undefined) return ofHost(said);
  const last = shown(said ?? lines.at(-1) ?? 'nothing on standard error');
  if (isMissing(code, lines)) {
    return new PaliadinError(
      'shim_error',
      `${place}: the shim is not there (${last}); run \`paliadin host add\` again`,
    );
  }
  return new PaliadinError('shim_error', `${place}: the shim ended with ${code} (${last}); run \`paliadin doctor\``);
}

/** `code: reason`, as the shim passes on what the host said. */
function ofHost(said: string): PaliadinError {
  const [, code, reason] = /^([a-z_]+): (.*)$/s.exec(said) ?? [];
  if (isErrorCode(code)) return new PaliadinError(code, reason ?? null);
  return isErrorCode(said) ? new PaliadinError(said) : new PaliadinError('shim_error', shown(said));
}

/** Shells say 127 for what they don't find and 126 for what they may not run; Node says it in words. */
function isMissing(code: number | null, lines: string[]): boolean {
  return code === 127 || code === 126 || lines.some((line) => /^Error: Cannot find module '/.test(line));
}

/** What another machine said goes to logs and pages: one line, no control characters, not endless. */
function shown(line: string): string {
  return line.replace(CONTROLS, '').trim().slice(0, 300);
}

const SSH_ITSELF = 255;
