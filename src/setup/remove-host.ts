/** Undoes what `host add` did: on the host, as far as it can be reached, and here. */
import { randomBytes } from 'node:crypto';
import { ConfigError } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { prepareState } from '../config/state-paths.ts';
import type { Check } from '../contract/check.ts';
import { PaliadinError } from '../contract/errors.ts';
import { formatTarget } from '../transport/ssh/target.ts';
import { checksOf } from './doctor/checks.ts';
import { type Added, addedHosts, forget, gatewayFiles, gatewayId } from './gateway/files.ts';
import { removeVariables } from './gateway/variables.ts';
import { readBundle } from './installed-parts.ts';
import { commentOf } from './on-host/authorized-keys.ts';
import { opensshPrograms } from './openssh-programs.ts';
import { inspectHost, NEEDED_NODE } from './over-ssh/inspect.ts';
import { findRoute, openOwnerSsh, type SshOptions } from './over-ssh/owner-ssh.ts';
import { runShim } from './over-ssh/run-shim.ts';
import type { UninstallRequest } from './request.ts';
import type { GivenTarget } from './target.ts';

export interface RemoveRequest {
  /** Null: the only one there is. */
  given: GivenTarget | null;
  /** Null: as when it was added. */
  sshOptions: SshOptions | null;
  envFile: string;
  purge: boolean;
}

/** @throws ConfigError if it is unclear which host is meant */
export async function* removeHost({ config, env }: Settings, remove: RemoveRequest): AsyncGenerator<Check> {
  const root = prepareState(config).root;
  const found = whichHost(addedHosts(root), remove.given);
  const given = remove.given ?? found?.given;
  if (given === undefined) throw new ConfigError('no host has been added here; name one: USER@HOST[:PORT]');
  const sshOptions = remove.sshOptions ?? found?.sshOptions ?? { options: [] };
  const access = { program: opensshPrograms(env).ssh, env, given, sshOptions };
  const id = gatewayId(root, randomBytes);
  try {
    yield* undoThere(access, { gateway: id, purge: remove.purge });
  } catch (error) {
    if (!(error instanceof PaliadinError)) throw error;
    yield there.failedBy('host', error);
    const left = `left on ${formatTarget({ ...given, port: given.port ?? found?.address.port ?? 22 })}: the line of ~/.ssh/authorized_keys that ends in ${commentOf(id)}, ~/.local/share/paliadin, and the daemon`;
    yield there.failed(
      'left behind',
      left,
      'run this again with USER@HOST when the host can be reached, or remove it by hand',
    );
  }
  const address = found?.address ?? (await findRoute(access));
  const files = gatewayFiles(root, address);
  yield here.passed('gateway key', forget(files) ? `removed ${files.directory}` : 'there was none');
  for (const file of new Set([remove.envFile, ...(found?.envFile ? [found.envFile] : [])])) {
    const was = removeVariables(file, files);
    yield here.passed('settings', was ? `removed from ${file}` : `none of this host’s are in ${file}`);
  }
}

async function* undoThere(
  access: Parameters<typeof openOwnerSsh>[0],
  request: UninstallRequest,
): AsyncGenerator<Check> {
  const ssh = await openOwnerSsh(access);
  try {
    const { node: own, broughtNode } = await inspectHost(ssh);
    const node = own ?? broughtNode;
    if (node === null) throw new PaliadinError('shim_error', `Node ${NEEDED_NODE} or newer is no longer found there`);
    yield* await runShim(ssh, { verb: 'uninstall', node: node.path, bundle: readBundle(), request });
  } finally {
    ssh.close();
  }
}

function whichHost(all: Added[], given: GivenTarget | null): Added | undefined {
  if (given !== null) return all.find((each) => isSame(each.given, given) || isSame(each.address, given));
  const [first, ...others] = all;
  if (others.length === 0) return first;
  const names = all.map(({ address }) => formatTarget(address)).join(', ');
  throw new ConfigError(`several hosts have been added: ${names}; name the one to remove`);
}

function isSame(one: GivenTarget, other: GivenTarget): boolean {
  return one.user === other.user && one.host === other.host && (one.port ?? 22) === (other.port ?? 22);
}

const here = checksOf('gateway');
const there = checksOf('host');
