/** The gateway's files for a host that was added: key, pinned host keys, and how its owner reached it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../config/load.ts';
import { checkKey } from '../../config/remote/key.ts';
import { readIfExists, replaceFile } from '../../process/files.ts';
import { commentOf } from '../on-host/authorized-keys.ts';
import { sshOptions } from '../over-ssh/owner-ssh.ts';

/** How the host was reached when it was added, to reach it again in the same way. */
const added = z.object({
  given: z.object({ user: z.string(), host: z.string(), port: z.int().nullable() }),
  sshOptions,
  address: z.object({ user: z.string(), host: z.string(), port: z.int() }),
  /** The file that got the variables; null if they were printed. */
  envFile: z.string().nullable(),
});
export type Added = z.infer<typeof added>;

/** Earlier versions called them `wishes` and `place`. */
const saved = z.preprocess((value) => {
  const { wishes, place, ...rest } = z.looseObject({}).parse(value);
  return {
    ...(wishes !== undefined && { sshOptions: wishes }),
    ...(place !== undefined && { address: place }),
    ...rest,
  };
}, added);

export interface GatewayFiles {
  directory: string;
  key: string;
  knownHosts: string;
}

/** `root` is the state directory. */
export function gatewayFiles(root: string, { user, host, port }: Added['address']): GatewayFiles {
  const directory = join(root, 'remote', `${user}@${host}_${port}`.replaceAll(/[^\w.@-]/g, '_'));
  return { directory, key: join(directory, 'key'), knownHosts: join(directory, 'known_hosts') };
}

/** Identifies this gateway's lines on hosts: eight digits, created once. */
export function gatewayId(root: string, random: (bytes: number) => Buffer): string {
  const file = join(root, 'remote', 'gateway-id');
  const known = readIfExists(file)?.trim() ?? '';
  if (/^[0-9a-f]{8}$/.test(known)) return known;
  const id = random(4).toString('hex');
  replaceFile(file, `${id}\n`, 0o600);
  return id;
}

/** Creates the key unless there is one. @throws ConfigError if the existing one can't be used */
export function ensureKey({ directory, key }: GatewayFiles, id: string, sshKeygen: string) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const made = !existsSync(key);
  if (made) {
    const args = ['-q', '-t', 'ed25519', '-N', '', '-C', commentOf(id), '-f', key];
    const { status, stderr } = spawnSync(sshKeygen, args, { encoding: 'utf8' });
    if (status !== 0) throw new ConfigError(`ssh-keygen can't make ${key}: ${stderr.trim()}`);
  }
  checkKey(key, key, sshKeygen);
  const shown = spawnSync(sshKeygen, ['-y', '-P', '', '-f', key], { encoding: 'utf8' }).stdout;
  const [type, blob] = shown.trim().split(' ');
  if (type !== 'ssh-ed25519') throw new ConfigError(`${key} is a key of another kind; remove it, and run this again`);
  return { made, publicKey: `${type} ${blob}` };
}

export function saveAdded({ directory }: GatewayFiles, what: Added): void {
  replaceFile(join(directory, RECORD), `${JSON.stringify(what, null, 2)}\n`, 0o600);
}

/** Every host that was added and not removed. */
export function addedHosts(root: string): Added[] {
  const parent = join(root, 'remote');
  if (!existsSync(parent)) return [];
  return readdirSync(parent).flatMap((name) => {
    const file = join(parent, name, RECORD);
    return existsSync(file) ? [saved.parse(JSON.parse(readFileSync(file, 'utf8')))] : [];
  });
}

export function forget({ directory }: GatewayFiles): boolean {
  const was = existsSync(directory);
  rmSync(directory, { recursive: true, force: true });
  return was;
}

const RECORD = 'added.json';
