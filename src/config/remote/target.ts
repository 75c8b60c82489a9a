/** Where the host is and how it is reached, from the settings. */
import { join } from 'node:path';
import type { ListedHost } from '../../contract/records/host.ts';
import { findProgram } from '../../process/find-program.ts';
import type { SshTarget } from '../../transport/ssh/target.ts';
import { type Config, ConfigError } from '../load.ts';
import { givenText } from './given-text.ts';
import { checkKey, KEY } from './key.ts';
import { checkKnownHosts, KNOWN_HOSTS } from './known-hosts.ts';
import { privateFiles } from './private-files.ts';

/** Of a host of the list. @throws ConfigError if ssh, the key or the host keys are missing or can't be used. */
export function listedTarget(
  listed: Omit<ListedHost, 'preference' | 'enabled' | 'draining' | 'addedAt'>,
  env: NodeJS.ProcessEnv,
): SshTarget {
  const { name, user, address: host, port, keyFile, knownHostsFile } = listed;
  const program = required('ssh', env);
  const sshKeygen = required('ssh-keygen', env);
  checkKey(plain(keyFile, name), `the key of host ${name}`, sshKeygen);
  checkKnownHosts(plain(knownHostsFile, name), `the pinned keys of host ${name}`, { host, port }, sshKeygen);
  return { program, host, port, user, keyFile, knownHostsFile };
}

/** @throws ConfigError if ssh, the key or the host keys are missing or can't be used. */
export function remoteTarget({ values }: Config, host: string, env: NodeJS.ProcessEnv): SshTarget {
  const { PALIADIN_REMOTE_PORT: port, PALIADIN_REMOTE_USER: user, PALIADIN_STATE_DIR: root } = values;
  const program = required('ssh', env);
  const sshKeygen = required('ssh-keygen', env);
  const files = privateFiles(join(root, 'ssh'), process.pid);

  function fileOf(variable: 'PALIADIN_SSH_KEY' | 'PALIADIN_KNOWN_HOSTS', name: string, begins: RegExp) {
    const text = values[variable];
    const path = values[`${variable}_FILE`];
    if (text !== undefined && path !== undefined)
      throw new ConfigError(`set ${variable} or ${variable}_FILE, not both`);
    if (text !== undefined) return { path: plain(files.write(name, givenText(text, begins)), variable), variable };
    if (path !== undefined) return { path: plain(path, `${variable}_FILE`), variable: `${variable}_FILE` };
    throw new ConfigError(
      `PALIADIN_REMOTE_HOST is set, and ${variable} or ${variable}_FILE is needed with it; \`paliadin host add ${user}@${host}:${port}\` makes all that is needed`,
    );
  }

  const key = fileOf('PALIADIN_SSH_KEY', 'key', KEY);
  checkKey(key.path, key.variable, sshKeygen);
  const knownHosts = fileOf('PALIADIN_KNOWN_HOSTS', 'known_hosts', KNOWN_HOSTS);
  checkKnownHosts(knownHosts.path, knownHosts.variable, { host, port }, sshKeygen);
  return { program, host, port, user, keyFile: key.path, knownHostsFile: knownHosts.path };
}

/** ssh expands `%h` and `${HOME}` in this path, and has no escape for them that works everywhere. */
function plain(path: string, variable: string): string {
  const odd = /[%$"\\\n]/.exec(path)?.[0];
  if (odd === undefined) return path;
  throw new ConfigError(`${variable}: ssh can't be given a path with ${odd} in it (${path}); put the file elsewhere`);
}

function required(program: string, env: NodeJS.ProcessEnv): string {
  const found = findProgram(program, env);
  if (found !== null) return found;
  throw new ConfigError(`a host is behind ssh, but ${program} is not on PATH; install the OpenSSH client`);
}
