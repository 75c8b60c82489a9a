/** The variables with which a gateway reaches one host, for a gateway that has no list. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { modeOf, readIfExists, replaceFile } from '../../process/files.ts';
import { envLine, withEnvLines } from '../env-lines.ts';
import type { Added, GatewayFiles } from './files.ts';

/** Lines that contain all values themselves, for a gateway on another machine. The key is one of them. */
export function printedVariables(address: Added['address'], files: GatewayFiles): string[] {
  const { PALIADIN_SSH_KEY_FILE: key, PALIADIN_KNOWN_HOSTS_FILE: hosts, ...where } = fileVariables(address, files);
  const values = { ...where, PALIADIN_SSH_KEY: base64(key), PALIADIN_KNOWN_HOSTS: base64(hosts) };
  return Object.entries(values).map(([name, value]) => envLine(name, value));
}

/** An earlier version wrote them. Returns whether there were any; those of another host stay. */
export function removeVariables(file: string, { key }: GatewayFiles): boolean {
  const text = readIfExists(file) ?? '';
  if (parseEnv(text).PALIADIN_SSH_KEY_FILE !== key) return false;
  const none = Object.fromEntries(NAMES.map((name) => [name, null]));
  replaceFile(file, withEnvLines(text, none), modeOf(file, 0o600));
  return true;
}

/** The variables that name files on this machine. */
function fileVariables({ user, host, port }: Added['address'], { key, knownHosts }: GatewayFiles) {
  return {
    PALIADIN_REMOTE_HOST: host,
    PALIADIN_REMOTE_PORT: String(port),
    PALIADIN_REMOTE_USER: user,
    PALIADIN_SSH_KEY_FILE: key,
    PALIADIN_KNOWN_HOSTS_FILE: knownHosts,
  };
}

function base64(file: string): string {
  return readFileSync(file).toString('base64');
}

const NAMES = [
  'PALIADIN_REMOTE_HOST',
  'PALIADIN_REMOTE_PORT',
  'PALIADIN_REMOTE_USER',
  'PALIADIN_SSH_KEY_FILE',
  'PALIADIN_KNOWN_HOSTS_FILE',
] as const;
