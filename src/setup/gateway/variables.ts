/** The variables with which a gateway reaches its host. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from '../../config/load.ts';
import { modeOf, readIfExists, replaceFile } from '../../process/files.ts';
import { envLine, withEnvLines } from '../env-lines.ts';
import type { Added, GatewayFiles } from './files.ts';

/** The variables that name files on this machine. */
export function fileVariables({ user, host, port }: Added['place'], { key, knownHosts }: GatewayFiles) {
  return {
    PALIADIN_REMOTE_HOST: host,
    PALIADIN_REMOTE_PORT: String(port),
    PALIADIN_REMOTE_USER: user,
    PALIADIN_SSH_KEY_FILE: key,
    PALIADIN_KNOWN_HOSTS_FILE: knownHosts,
  };
}

/** Lines that contain all values themselves, for a gateway on another machine. The key is one of them. */
export function printedVariables(place: Added['place'], files: GatewayFiles): string[] {
  const { PALIADIN_SSH_KEY_FILE: key, PALIADIN_KNOWN_HOSTS_FILE: hosts, ...where } = fileVariables(place, files);
  const values = { ...where, PALIADIN_SSH_KEY: base64(key), PALIADIN_KNOWN_HOSTS: base64(hosts) };
  return Object.entries(values).map(([name, value]) => envLine(name, value));
}

/** @throws ConfigError if the file contains a key that was put there by hand */
export function writeVariables(file: string, values: ReturnType<typeof fileVariables>): void {
  const text = readIfExists(file) ?? '';
  const byHand = BY_HAND.find((name) => parseEnv(text)[name] !== undefined);
  if (byHand !== undefined) {
    throw new ConfigError(`${file} sets ${byHand}, which a file is to replace; take that line out, and run this again`);
  }
  replaceFile(file, withEnvLines(text, values), modeOf(file, 0o600));
}

/** Returns whether there were any. Those of another host stay. */
export function removeVariables(file: string, { key }: GatewayFiles): boolean {
  const text = readIfExists(file) ?? '';
  if (parseEnv(text).PALIADIN_SSH_KEY_FILE !== key) return false;
  const none = Object.fromEntries(NAMES.map((name) => [name, null]));
  replaceFile(file, withEnvLines(text, none), modeOf(file, 0o600));
  return true;
}

function base64(file: string): string {
  return readFileSync(file).toString('base64');
}

const BY_HAND = ['PALIADIN_SSH_KEY', 'PALIADIN_KNOWN_HOSTS'] as const;
const NAMES = [
  'PALIADIN_REMOTE_HOST',
  'PALIADIN_REMOTE_PORT',
  'PALIADIN_REMOTE_USER',
  'PALIADIN_SSH_KEY_FILE',
  'PALIADIN_KNOWN_HOSTS_FILE',
] as const;

/** All variables that say where the host is and how it is reached. */
export const REMOTE_VARIABLES = [...NAMES, ...BY_HAND] as const;
