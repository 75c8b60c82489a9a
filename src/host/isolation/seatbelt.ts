/**
 * The sandbox on macOS: a Seatbelt profile that denies everything that is not named. It hides files and closes the
 * network; processes of the account can be listed by name, since macOS has no namespaces.
 */
import { checkView, type SandboxView } from './view.ts';

/** `port` is the only one on loopback to which the agent may connect; null: none. */
export interface SeatbeltView extends SandboxView {
  port: number | null;
}

/** Arguments that start `argv` in the sandbox. */
export function seatbeltArguments(
  sandboxExec: string,
  view: SeatbeltView,
  argv: readonly string[],
): [string, ...string[]] {
  return [sandboxExec, '-p', seatbeltProfile(view), '--', ...argv];
}

/**
 * The profile, in Seatbelt's language. Later rules win. Seatbelt can't mount a file at another path: a link is made
 * there instead.
 */
export function seatbeltProfile(view: SeatbeltView): string {
  checkView(view);
  const fixed = view.fixed.map(([, path]) => path);
  return [
    '(version 1)',
    '(deny default)',
    '(allow process-fork)',
    '(allow process-exec)',
    '(allow signal (target same-sandbox))',
    '(allow process-info* (target same-sandbox))',
    '(allow sysctl-read)',
    '(allow pseudo-tty)',
    `(allow mach-lookup ${SERVICES.map((name) => `(global-name ${quoted(name)})`).join(' ')})`,
    `(allow file-read-metadata)`,
    `(allow file-read* ${SYSTEM.map(subpath).join(' ')})`,
    '(allow file-read* (literal "/") (literal "/private") (literal "/private/etc") (literal "/private/var"))',
    '(allow file-read* file-write* file-ioctl (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (literal "/dev/ptmx") (regex #"^/dev/ttys[0-9]+$") (subpath "/dev/fd"))',
    '(allow file-read* (literal "/dev/random") (literal "/dev/urandom"))',
    rule('allow file-read*', [...view.read, ...view.fixed.flat()]),
    rule('allow file-read* file-write*', [...view.write, ...view.lent.flat()]),
    rule('deny file-write*', fixed),
    ...(view.port === null ? [] : [`(allow network-outbound (remote ip "localhost:${view.port}"))`]),
    '',
  ]
    .filter((line) => line !== null)
    .join('\n');
}

function rule(what: string, paths: readonly string[]): string | null {
  return paths.length === 0 ? null : `(${what} ${paths.map(subpath).join(' ')})`;
}

/** The file or directory, and everything below it. */
function subpath(path: string): string {
  return `(subpath ${quoted(path)})`;
}

/** @throws TypeError for a path that could end the string that contains it. */
function quoted(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new TypeError('a path with a control character can’t be shown to a sandbox');
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

const SYSTEM = [
  '/bin',
  '/sbin',
  '/usr',
  '/System',
  '/Library/Apple',
  '/Library/Developer/CommandLineTools',
  '/opt/homebrew',
  '/private/etc/ssl',
  '/private/var/db/timezone',
  '/private/var/select',
];

/** Programs that use Apple's own libraries do not start without these. */
const SERVICES = [
  'com.apple.system.notification_center',
  'com.apple.system.opendirectoryd.libinfo',
  'com.apple.system.logger',
  'com.apple.trustd.agent',
  'com.apple.SecurityServer',
];
