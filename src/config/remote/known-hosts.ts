/** The pinned host keys: checked at the start, because ssh skips a line that it can't read without a message. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../load.ts';

/**
 * @param name the variable that the file came from
 * @throws ConfigError that names the line, or says that no line is for this host.
 */
export function checkKnownHosts(path: string, name: string, address: HostAddress, sshKeygen: string): void {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${name}: the known hosts can't be read: ${(error as Error).message}`);
  }
  const bad = text.split('\n').findIndex((line) => !isGood(line));
  if (bad >= 0) {
    throw new ConfigError(`${name}: line ${bad + 1} is malformed; a line is: ${knownName(address)} ssh-ed25519 AAAA…`);
  }
  const found = spawnSync(sshKeygen, ['-F', knownName(address), '-f', path], { encoding: 'utf8' });
  const keys = found.stdout.split('\n').filter((line) => line !== '' && !/^(#|@revoked\s)/.test(line));
  if (found.status !== 0 || keys.length === 0) {
    throw new ConfigError(
      `${name}: there is no key of ${knownName(address)}; add the host's line, as ssh-keyscan -p ${address.port} ${address.host} prints it, after you have compared it with the host's own`,
    );
  }
}

export interface HostAddress {
  host: string;
  port: number;
}

/** The name by which ssh looks a host up. */
export function knownName({ host, port }: HostAddress): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

function isGood(line: string): boolean {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return true;
  const [, type = '', key = ''] = LINE.exec(trimmed) ?? [];
  const [first, ...rest] = fieldsOf(Buffer.from(key, 'base64')) ?? [];
  return first?.toString('latin1') === type && rest.length > 0;
}

/** A key is a sequence of fields, each after its length; the first names the key's type. Null if one is cut off. */
function fieldsOf(bytes: Buffer): Buffer[] | null {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + (at + 4 <= bytes.length ? bytes.readUInt32BE(at) : Number.POSITIVE_INFINITY);
    if (end > bytes.length) return null;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

const LINE = /^(?:@(?:cert-authority|revoked)\s+)?\S+\s+((?:ssh-|ecdsa-|sk-)[\w@.-]+)\s+([A-Za-z0-9+/]+=*)(?:\s.*)?$/;

/** How known hosts begin if they are not in base64. */
export const KNOWN_HOSTS = /^(?:#|@|\S+\s+(?:ssh-|ecdsa-|sk-))/;
