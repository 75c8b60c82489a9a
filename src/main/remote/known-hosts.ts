/** The pinned host keys: checked at the start, for ssh skips a line that it can't read without a word. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/load.ts';

/**
 * @param name the variable that the file came from
 * @throws ConfigError that names the line, or says that no line is for this host.
 */
export function checkKnownHosts(path: string, name: string, place: HostPlace, sshKeygen: string): void {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${name}: the known hosts can't be read: ${(error as Error).message}`);
  }
  const bad = text.split('\n').findIndex((line) => !isGood(line));
  if (bad >= 0) {
    throw new ConfigError(`${name}: line ${bad + 1} is malformed; a line is: ${knownName(place)} ssh-ed25519 AAAA…`);
  }
  const found = spawnSync(sshKeygen, ['-F', knownName(place), '-f', path], { encoding: 'utf8' });
  if (found.status !== 0) {
    throw new ConfigError(
      `${name}: there is no key of ${knownName(place)}; add the host's line, as ssh-keyscan -p ${place.port} ${place.host} prints it, after you have compared it with the host's own`,
    );
  }
}

export interface HostPlace {
  host: string;
  port: number;
}

/** The name by which ssh looks a host up. */
export function knownName({ host, port }: HostPlace): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

function isGood(line: string): boolean {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return true;
  const [, type = '', key = ''] = LINE.exec(trimmed) ?? [];
  // A key's first field is the length and the name of its own type.
  const bytes = Buffer.from(key, 'base64');
  return bytes.length > 4 + type.length && bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0)) === type;
}

const LINE = /^(?:@(?:cert-authority|revoked)\s+)?\S+\s+((?:ssh-|ecdsa-|sk-)[\w@.-]+)\s+([A-Za-z0-9+/]+=*)(?:\s.*)?$/;

/** How known hosts begin, where they are not in base64. */
export const KNOWN_HOSTS = /^(?:#|@|\S+\s+(?:ssh-|ecdsa-|sk-))/;
