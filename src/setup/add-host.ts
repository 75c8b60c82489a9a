/**
 * Sets up a host for this gateway, from here, through the owner's own ssh access. Repeating it repairs what is missing.
 */
import { randomBytes } from 'node:crypto';
import type { HostApprovals } from '../config/approval-policy.ts';
import { isolationPolicy } from '../config/isolation/level.ts';
import type { Settings } from '../config/settings.ts';
import { prepareState } from '../config/state-paths.ts';
import type { Check } from '../contract/check.ts';
import type { ListedHost } from '../contract/records/host.ts';
import { readIfExists, replaceFile } from '../process/files.ts';
import { formatTarget } from '../transport/ssh/target.ts';
import { checksOf } from './doctor/checks.ts';
import { addedHosts, ensureKey, gatewayFiles, gatewayId, saveAdded } from './gateway/files.ts';
import { removeVariables } from './gateway/variables.ts';
import { bringNode } from './host-node/bring.ts';
import { chooseNode, type NodeChoice } from './host-node/choose.ts';
import { obtainNode } from './host-node/obtain.ts';
import { readBundle, readSkill } from './installed-parts.ts';
import { opensshPrograms } from './openssh-programs.ts';
import { keysToPin, type PinnedKeys } from './over-ssh/host-keys.ts';
import { type HostInspection, inspectHost } from './over-ssh/inspect.ts';
import { findRoute, type OwnerSsh, openOwnerSsh, type Route, type SshOptions } from './over-ssh/owner-ssh.ts';
import { runShim } from './over-ssh/run-shim.ts';
import type { PinnedNode } from './pinned-node.ts';
import type { InstallRequest } from './request.ts';
import type { GivenTarget } from './target.ts';

export interface AddWishes {
  given: GivenTarget;
  wishes: SshOptions;
  agent: InstallRequest['agent'];
  /** Of an agent that speaks ACP. */
  agentCommand?: InstallRequest['agentCommand'] | undefined;
  service: boolean;
  /** What a gateway may allow there; undefined if not given. */
  approvals: HostApprovals | undefined;
  /** Asks for it if nobody has chosen yet; null if nobody can be asked. */
  chooseApprovals: (() => Promise<HostApprovals>) | null;
  /** Puts the host on the list; null if its variables are printed, for a gateway elsewhere. */
  list:
    | ((host: Pick<ListedHost, 'user' | 'address' | 'port' | 'keyFile' | 'knownHostsFile'>) => Promise<ListedHost>)
    | null;
  /** The file of the settings, which an earlier version wrote the host's variables to. */
  envFile: string;
}

/**
 * Yields each step as it is done, and ends at the first failure that everything after it depends on. Returns where the
 * host is.
 */
export async function* addHost({ config, env }: Settings, add: AddWishes): AsyncGenerator<Check, Route | null> {
  const root = prepareState(config).root;
  const programs = opensshPrograms(env);
  const access = { program: programs.ssh, env, given: add.given, wishes: add.wishes };
  const route = await findRoute(access);
  using ssh = await connected(access);
  yield tellRoute(route);

  const look = await inspectHost(ssh);
  const choice = chooseNode(look);
  yield* tellLook(look, choice, add);
  if ('missing' in choice) return null;

  const files = gatewayFiles(root, route);
  const keys = await keysToPin({ ssh, place: route, keyscan: programs.sshKeyscan, env });
  yield tellKeys(keys, ssh.hostKey, readIfExists(files.knownHosts));
  if (keys.lines.length === 0) return null;
  let node: string;
  if ('path' in choice) node = choice.path;
  else {
    const brought = await bring(ssh, choice.bring, env);
    yield brought.check;
    if (brought.path === null) return null;
    node = brought.path;
  }
  const id = gatewayId(root, randomBytes);
  const { made, publicKey } = ensureKey(files, id, programs.sshKeygen);
  replaceFile(files.knownHosts, keys.lines.map((line) => `${line}\n`).join(''), 0o600);
  const before = addedHosts(root).find(({ place }) => formatTarget(place) === formatTarget(route));
  saveAdded(files, {
    given: add.given,
    wishes: add.wishes,
    place: placeOnly(route),
    envFile: before?.envFile ?? null,
  });
  yield here.passed('gateway key', `${made ? 'made' : 'there already:'} ${files.key}`);

  const approvals = add.approvals ?? (look.choseApprovals ? undefined : await add.chooseApprovals?.());
  // Several people may use this gateway: the host must isolate them at least as far as the gateway requires.
  const { least } = isolationPolicy(config);
  const steps = await runShim(ssh, {
    verb: 'install',
    node,
    bundle: readBundle(),
    request: {
      gateway: id,
      publicKey,
      node,
      path: look.path,
      service: add.service,
      skill: readSkill(),
      ...(add.agent !== undefined && { agent: add.agent }),
      ...(add.agentCommand !== undefined && { agentCommand: add.agentCommand }),
      ...(approvals !== undefined && { approvals }),
      ...(least !== 'none' && { isolation: least }),
    } satisfies InstallRequest,
  });
  yield* steps;
  if (steps.some(({ step, ok }) => !ok && step !== 'service')) return null;

  if (add.list === null) {
    yield here.passed('settings', 'they are printed, and written nowhere');
    return route;
  }
  const { user, host: address, port } = route;
  const { name } = await add.list({ user, address, port, keyFile: files.key, knownHostsFile: files.knownHosts });
  yield here.passed('list', `the host is on the list as ${name}`);
  for (const file of new Set([add.envFile, ...(before?.envFile ? [before.envFile] : [])])) {
    if (removeVariables(file, files)) yield here.passed('settings', `taken out of ${file}: the list has them`);
  }
  return route;
}

async function connected(access: Parameters<typeof openOwnerSsh>[0]) {
  const ssh = await openOwnerSsh(access);
  return { ...ssh, [Symbol.dispose]: ssh.close };
}

function placeOnly({ user, host, port }: Route) {
  return { user, host, port };
}

function tellRoute(route: Route): Check {
  const found = `your ssh gets in: ${formatTarget(route)}`;
  if (route.via === null) return here.passed('your access', found);
  const advice = `your ssh goes through ${route.via}; the gateway connects to ${route.host}:${route.port} itself`;
  return here.passed('your access', found, advice);
}

function* tellLook(look: HostInspection, choice: NodeChoice, { agent, agentCommand }: AddWishes): Generator<Check> {
  yield there.passed('system', `${look.system}, account ${look.account}, ${look.home}`);
  const own = look.oldNodes.length === 0 ? 'Node is not found' : `Node is too old: ${look.oldNodes.join(', ')}`;
  if ('missing' in choice) return yield there.failed('node', `${own}, and ${choice.missing}`, choice.remedy);
  if ('bring' in choice) {
    const found = `${own}; ${choice.bring.version} is copied there, for Paliadin alone; this takes a moment`;
    yield there.passed('node', found, look.oldNodes.length === 0 ? undefined : 'the account’s own stays as it is');
  } else {
    const from = choice.brought ? `, brought by an earlier set-up; otherwise ${own}` : '';
    yield there.passed('node', `${choice.version} (${choice.path})${from}`);
  }
  if (look.tmux !== null) yield there.passed('tmux', look.tmux);
  else yield there.failed('tmux', 'tmux is not found', 'install it (3.3 or newer), and run this again');
  if (agent === 'acp')
    yield there.passed('agent', `${agentCommand ?? 'the command in host.env'}, by ACP`, 'doctor starts it');
  else if (look.claude !== null) yield there.passed('agent', look.claude);
  else if (agent === 'demo') yield there.passed('agent', 'the demo agent');
  else yield there.passed('agent', 'no claude is found', 'install Claude Code; until then the demo agent answers');
}

/** `path` is null if it could not be done. */
async function bring(ssh: OwnerSsh, pinned: PinnedNode, env: NodeJS.ProcessEnv) {
  try {
    using node = await obtainNode(pinned, env);
    const path = await bringNode(ssh, node.file, pinned.version);
    return { path, check: there.passed('node copied', `${pinned.version} is ${path}`) };
  } catch (error) {
    return { path: null, check: there.failedBy('node copied', error) };
  }
}

function tellKeys({ lines, fingerprints }: PinnedKeys, { known, fingerprint }: HostKey, before: string | null): Check {
  if (lines.length === 0) {
    const found = `what answers there does not have the key that your ssh knows the host by (${fingerprint})`;
    return here.failed('host key', found, 'find out who answers: the gateway must connect to the very same sshd');
  }
  const after = lines.map((line) => `${line}\n`).join('');
  const advice = [
    ...(before !== null && before !== after ? ['it is another than was pinned before'] : []),
    ...(known ? [] : ['your ssh has met it just now: compare it with what `ssh-keygen -lf` says on the host itself']),
  ].join('; ');
  const found = `pinned ${fingerprints.join(', ')}${known ? '; your ssh has known it' : ''}`;
  return here.passed('host key', found, advice === '' ? undefined : advice);
}

interface HostKey {
  known: boolean;
  fingerprint: string;
}

const here = checksOf('gateway');
const there = checksOf('host');
