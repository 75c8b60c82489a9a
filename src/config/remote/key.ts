/** The gateway's private key: checked at the start, because ssh would only report `Permission denied`. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from '../load.ts';

/**
 * @param name the variable that the file came from
 * @throws ConfigError with what is wrong with the file and what to do; it contains nothing of the key.
 */
export function checkKey(path: string, name: string, sshKeygen: string): void {
  const complain = (what: string) => new ConfigError(`${name}: ${what}`);
  let mode: number;
  let text: string;
  try {
    mode = statSync(path).mode;
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw complain(`the private key can't be read: ${(error as Error).message}`);
  }
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    throw complain(`others may read the private key (mode ${shown}), so ssh will not use it; run: chmod 600 ${path}`);
  }
  if (/^(ssh-|ecdsa-)/.test(text)) throw complain('this is a public key; give the private one, without .pub');
  if (!PRIVATE_KEY.test(text)) throw complain('this is no private key; it begins with -----BEGIN … PRIVATE KEY-----');
  const { status, stderr } = spawnSync(sshKeygen, ['-y', '-P', '', '-f', path], { encoding: 'utf8' });
  if (status === 0) return;
  if (/incorrect passphrase|passphrase/.test(stderr)) {
    throw complain(
      'the private key has a passphrase, and nobody is there to type it; make one without (ssh-keygen -t ed25519 -N "")',
    );
  }
  throw complain(
    `ssh-keygen can't read the private key: ${stderr.trim().split('\n').at(-1)?.replace(`"${path}": `, '')}`,
  );
}

const PRIVATE_KEY = /^-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** How a key begins if it is not in base64 again; a public key too, which gets its own error message. */
export const KEY = /^(-----BEGIN |ssh-|ecdsa-)/;
