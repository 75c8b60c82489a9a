/** Checks the connection to a host behind ssh, and reads the host's report about itself. */

import type { Settings } from '../../config/settings.ts';
import { VERSION } from '../../config/version.ts';
import { type Check, type HostReport, hostReport } from '../../contract/check.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { PROTOCOL_VERSION } from '../../contract/host.ts';
import type { ListedHost } from '../../contract/records/host.ts';
import { SHIM_SAYS, type ShimVerb, shimExit } from '../../contract/shim.ts';
import { findProgram } from '../../process/find-program.ts';
import { outputOf } from '../../process/output-of.ts';
import { callShim } from '../../transport/ssh/call.ts';
import { openSsh } from '../../transport/ssh/open.ts';
import { formatTarget, type SshTarget } from '../../transport/ssh/target.ts';
import { targetOf } from '../with-host.ts';
import { examineApprovals } from './approvals.ts';
import { checksOf } from './checks.ts';
import { canStart } from './examine-host.ts';

/** A host of the list, or the one of the settings (null). Returns whether a question would reach its daemon. */
export async function* examineRemote(settings: Settings, listed: ListedHost | null): AsyncGenerator<Check, boolean> {
  const { config, env } = settings;
  const ssh = findProgram('ssh', env);
  if (ssh === null) {
    yield failed('ssh client', 'ssh is not found on PATH', 'install the OpenSSH client');
    return false;
  }
  yield passed('ssh client', `${await outputOf(ssh, ['-V'], env).catch(() => 'of an unknown version')} (${ssh})`);
  let target: SshTarget;
  try {
    target = targetOf(settings, listed);
  } catch (error) {
    yield failedBy('key files', error);
    return false;
  }
  yield passed('key files', `key and known hosts can be used: ${target.keyFile}, ${target.knownHostsFile}`);

  const shim = await call(target, env, 'version');
  const stuck = whereStuck(shim);
  for (const step of WAY) {
    if (step === stuck) {
      yield failedBy(step, shim);
      return false;
    }
    yield passed(step, FOUND[step](target));
  }
  const forced = await examineForcedCommand(target, env);
  yield forced;
  yield await examineShim(target, env, shim);
  if (!forced.ok || shim instanceof PaliadinError) return false;

  const asked = Date.now();
  const report = await readReport(target, env);
  if (report instanceof PaliadinError) {
    yield failedBy('host report', report);
    return true;
  }
  yield* report.checks;
  yield examineApprovals(config, report.approvals ?? 'gateway');
  yield examineClock(report.now, asked, Date.now());
  return report.protocol === PROTOCOL_VERSION && canStart(report.checks);
}

/** The stages of an ssh connection, in order. */
const WAY = ['reachable', 'host key', 'key accepted'] as const;

const FOUND: Record<(typeof WAY)[number], (target: SshTarget) => string> = {
  reachable: (target) => `ssh reaches ${formatTarget(target)}`,
  'host key': () => 'it is the one that was pinned',
  'key accepted': ({ user }) => `${user}’s authorized_keys has the gateway’s key`,
};

function whereStuck(shim: string | PaliadinError): (typeof WAY)[number] | null {
  if (!(shim instanceof PaliadinError)) return null;
  if (shim.code === 'mriver_unreachable' || shim.code === 'timeout') return 'reachable';
  if (shim.code === 'host_key_changed') return 'host key';
  return shim.code === 'shim_auth_failed' ? 'key accepted' : null;
}

/** A person who has the key may send verbs, and nothing else. The host has `patienceMs` to refuse anything else. */
export async function examineForcedCommand(
  target: SshTarget,
  env: NodeJS.ProcessEnv,
  patienceMs = PATIENCE_MS,
): Promise<Check> {
  // Deliberately not a verb: it does nothing, wherever it runs.
  const { duplex, ended } = openSsh(target, env, 'true' as ShimVerb);
  duplex.resume();
  duplex.end();
  // A program that runs in the shim's place may wait for ever.
  const timer = setTimeout(() => duplex.destroy(), patienceMs);
  const { code, stderr } = await ended.finally(() => clearTimeout(timer));
  const refused = stderr.split(/\r?\n/).some((line) => line.startsWith(SHIM_SAYS));
  if (code === shimExit.usage && refused) return passed('forced command', `in force: \`true\` is refused with ${code}`);
  if (code === 0) {
    const remedy =
      'run `paliadin host add` again; its line in authorized_keys begins with restrict,command="…". Where that stands there, a startup file of the login shell starts another program: let it do so at a terminal only';
    return failed('forced command', 'not in force: with this key anything can be run on the host', remedy);
  }
  const what = code === null ? `, and nothing came within ${patienceMs / 1000} s` : `: it ended with ${code}`;
  return failed('forced command', `\`true\` was not refused by the shim${what}`, 'run `paliadin host add` again');
}

async function examineShim(target: SshTarget, env: NodeJS.ProcessEnv, said: string | PaliadinError): Promise<Check> {
  if (said instanceof PaliadinError) {
    const plain = await call(target, env, 'health', 'paliadin-probe');
    if (plain instanceof PaliadinError) return failedBy('shim', said, 'run `paliadin host add` again');
    const advice = 'answers come whole and not as they are written; `paliadin host add` brings this version’s shim';
    return passed('shim', 'it knows health, run-turn and reset only', advice);
  }
  const [, version, protocol] = /^paliadin-shim (\S+) protocol (\d+)\s*$/m.exec(said) ?? [];
  if (version === undefined) return failed('shim', 'it does not tell its version', 'run `paliadin host add` again');
  const found = `version ${version}, protocol ${protocol}; here ${VERSION}, protocol ${PROTOCOL_VERSION}`;
  if (Number(protocol) !== PROTOCOL_VERSION) return failed('shim', found, 'update the older of the two');
  return version === VERSION ? passed('shim', found) : passed('shim', found, '`paliadin host add` brings this version');
}

async function readReport(target: SshTarget, env: NodeJS.ProcessEnv): Promise<HostReport | PaliadinError> {
  const said = await call(target, env, 'doctor');
  if (said instanceof PaliadinError) return said;
  // A login shell may have printed something before.
  const line = said.trimEnd().split('\n').at(-1) ?? '';
  try {
    return hostReport.parse(JSON.parse(line));
  } catch {
    return new PaliadinError('shim_error', 'the host’s report can’t be read; update the older of gateway and host');
  }
}

/** The host finished its report between `asked` and `read`. */
export function examineClock(host: number, asked: number, read: number): Check {
  const ahead = host < asked ? host - asked : Math.max(0, host - read);
  const seconds = Math.round(Math.abs(ahead) / 1000);
  if (Math.abs(ahead) <= TOLERABLE_MS) return passed('clock', 'gateway and host agree');
  const found = `the host’s clock is ${seconds} s ${ahead > 0 ? 'ahead' : 'behind'}`;
  return failed('clock', found, 'set both by NTP: times in logs and records would not match');
}

async function call(
  target: SshTarget,
  env: NodeJS.ProcessEnv,
  verb: ShimVerb,
  ...args: string[]
): Promise<string | PaliadinError> {
  try {
    return await callShim(target, { env, timeoutMs: PATIENCE_MS }, verb, ...args);
  } catch (error) {
    if (error instanceof PaliadinError) return error;
    throw error;
  }
}

const { passed, failed, failedBy } = checksOf('gateway');
// The host asks other programs for their versions in this time.
const PATIENCE_MS = 30_000;
// More than two machines with NTP ever differ, less than would confuse a person who compares their logs.
const TOLERABLE_MS = 5_000;
