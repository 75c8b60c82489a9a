/** Which of the host's keys may be pinned: those that the owner's own connection confirms. */
import { createHash } from 'node:crypto';
import { type HostAddress, knownName } from '../../config/remote/known-hosts.ts';
import { outputOf } from '../../process/output-of.ts';
import type { OwnerSsh } from './owner-ssh.ts';

export interface PinnedKeys {
  /** Lines for the gateway's known hosts; empty if no key can be confirmed. */
  lines: string[];
  fingerprints: string[];
}

/**
 * ssh-keyscan does not authenticate the host. So a key that it sees is only accepted if the owner's authenticated
 * connection was made with it, or if the host shows it over that connection. If ssh-keyscan sees nothing (the host is
 * reached through another one), the host's own files have the key.
 */
export async function keysToPin({
  ssh,
  address,
  keyscan,
  env,
}: {
  ssh: OwnerSsh;
  address: HostAddress;
  keyscan: string;
  env: NodeJS.ProcessEnv;
}): Promise<PinnedKeys> {
  const own = keysIn(await ssh.run(SHOW_KEYS).catch(() => ''), 0);
  const args = ['-T', '5', '-p', String(address.port), address.host];
  const seen = keysIn(await outputOf(keyscan, args, env).catch(() => ''), 1);
  const vouched = new Set([ssh.hostKey.fingerprint, ...own.map(fingerprintOf)]);
  const scanned = seen.filter((key) => vouched.has(fingerprintOf(key)));
  const keys = seen.length > 0 ? scanned : own.filter((key) => fingerprintOf(key) === ssh.hostKey.fingerprint);
  return {
    lines: keys.map(({ type, blob }) => `${knownName(address)} ${type} ${blob}`).sort(),
    fingerprints: keys.map((key) => `${key.type} ${fingerprintOf(key)}`).sort(),
  };
}

interface PublicKey {
  type: string;
  blob: string;
}

/** `at` is the field that contains the type. */
function keysIn(text: string, at: number): PublicKey[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [type = '', blob = ''] = line.trim().split(/\s+/).slice(at);
    return /^(ssh|ecdsa|sk)-[\w@.-]+$/.test(type) && /^[A-Za-z0-9+/]+=*$/.test(blob) ? [{ type, blob }] : [];
  });
}

function fingerprintOf({ blob }: PublicKey): string {
  return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}`;
}

const SHOW_KEYS = 'cat /etc/ssh/ssh_host_*_key.pub 2>/dev/null; exit 0\n';
