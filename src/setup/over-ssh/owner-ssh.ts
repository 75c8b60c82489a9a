/**
 * The owner's own ssh access to the host: their ssh configuration, agent and keys. It may ask at the terminal, once.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { PaliadinError } from '../../contract/errors.ts';
import { HOST_PATTERN, USER_PATTERN } from '../../contract/names.ts';
import { outputOf } from '../../process/output-of.ts';
import { sshFailure } from '../../transport/ssh/failure.ts';
import { formatTarget } from '../../transport/ssh/target.ts';
import type { GivenTarget } from '../target.ts';

/** What is added to ssh's arguments. */
export const sshOptions = z.object({
  identity: z.string().optional(),
  config: z.string().optional(),
  options: z.array(z.string()),
});
export type SshOptions = z.infer<typeof sshOptions>;

/** The address that the owner's ssh configuration resolves to. */
export interface Route {
  user: string;
  host: string;
  port: number;
  /** The jump host or proxy of the owner's ssh, which the gateway does not use. */
  via: string | null;
}

export interface OwnerSsh {
  /** The key with which the host identified itself to the owner's ssh. */
  hostKey: { fingerprint: string; known: boolean };
  /** Returns what a script of ours prints; `sh` reads it from its standard input. @throws PaliadinError */
  run(script: string): Promise<string>;
  /** Runs a command whose standard input is `input`. The login shell splits it into words. @throws PaliadinError */
  send(command: string, input: Readable): Promise<void>;
  close(): void;
}

export interface OwnerSshNeeds {
  program: string;
  env: NodeJS.ProcessEnv;
  given: GivenTarget;
  sshOptions: SshOptions;
}

/** @throws PaliadinError if ssh can't resolve the address. */
export async function findRoute({ program, env, given, sshOptions }: OwnerSshNeeds): Promise<Route> {
  const said = await outputOf(program, ['-G', ...argumentsOf(given, sshOptions), '--', destination(given)], env).catch(
    (error: Error) => Promise.reject(new PaliadinError('shim_error', `ssh refuses these options: ${error.message}`)),
  );
  const value = (name: string) => new RegExp(`^${name} (.+)$`, 'm').exec(said)?.[1] ?? '';
  const via = ['proxyjump', 'proxycommand'].map(value).find((each) => each !== '' && each !== 'none');
  const route = { user: value('user'), host: value('hostname'), port: Number(value('port')), via: via ?? null };
  if (HOST_PATTERN.test(route.host) && USER_PATTERN.test(route.user)) return route;
  throw new PaliadinError(
    'shim_error',
    `your ssh configuration resolves this to ${route.user}@${route.host}; name the host by its address`,
  );
}

/** Connects, and keeps the connection for all later calls. @throws PaliadinError */
export async function openOwnerSsh({ program, env, given, sshOptions }: OwnerSshNeeds): Promise<OwnerSsh> {
  const directory = mkdtempSync(join(tmpdir(), 'paliadin-'));
  const [socket, log] = [join(directory, 's'), join(directory, 'log')];
  const common = ['-S', socket, ...argumentsOf(given, sshOptions), ...OWN_OPTIONS];
  // Messages in English, to distinguish failures; everything else is the owner's.
  const settings = { env: { ...env, LC_ALL: 'C' } };

  function close(): void {
    spawnSync(program, ['-S', socket, '-O', 'exit', '--', destination(given)], { ...settings, stdio: 'ignore' });
    // The connection's process removes its socket at the same time.
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    for (const signal of SIGNALS) process.off(signal, interrupted);
  }

  // The connection has a process of its own, which would keep running.
  function interrupted(): void {
    close();
    process.exit(1);
  }

  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    // Goes to the background once it is connected. It prompts at the terminal, and logs to the file.
    const args = ['-M', '-N', '-f', '-v', '-E', log, ...common, '--', destination(given)];
    const master = spawn(program, args, { ...settings, stdio: 'ignore' });
    const [code, signal] = (await once(master, 'exit')) as [number | null, NodeJS.Signals | null];
    const told = readFileSync(log, 'utf8');
    if (code !== 0) throw whyNot(told, code, signal, given);
    return { hostKey: hostKeyIn(told), run: (script) => call('sh -s', Readable.from([script])), send, close };
  } catch (error) {
    close();
    throw error;
  }

  async function send(command: string, input: Readable): Promise<void> {
    await call(command, input);
  }

  async function call(command: string, input: Readable): Promise<string> {
    const child = spawn(program, [...common, '-T', '--', destination(given), command], settings);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const closed = once(child, 'close');
    // If the input fails, ssh must not take it for complete. If ssh ends early, its end has the reason.
    const sent = pipeline(input, child.stdin).catch((error) => {
      if (input.errored === error) child.kill('SIGKILL');
    });
    const [code] = await closed;
    await sent;
    if (input.errored) throw input.errored;
    if (code === 0) return stdout;
    const last = stderr.trimEnd().split('\n').at(-1) ?? '';
    throw new PaliadinError('shim_error', `the host says: ${last || `exit code ${code}`}`);
  }
}

function argumentsOf({ port }: GivenTarget, { identity, config, options }: SshOptions): string[] {
  return [
    ...(config === undefined ? [] : ['-F', config]),
    ...(port === null ? [] : ['-p', String(port)]),
    ...(identity === undefined ? [] : ['-i', identity, '-o', 'IdentitiesOnly=yes']),
    ...options.flatMap((option) => ['-o', option]),
  ];
}

function destination({ user, host }: GivenTarget): string {
  return `${user}@${host}`;
}

function whyNot(told: string, code: number | null, signal: NodeJS.Signals | null, given: GivenTarget): PaliadinError {
  const lines = told.split('\n').filter((line) => line.trim() !== '' && !/^(debug\d: |OpenSSH_)/.test(line));
  const target = formatTarget({ ...given, port: given.port ?? 22 });
  const failure = sshFailure({ code, signal, stderr: lines.join('\n') }, target);
  if (failure.code === 'mriver_unreachable') return failure;
  const last = lines.at(-1)?.trim() ?? `ssh ended with ${code}`;
  const remedy = `your own ssh has to get in first; try \`ssh ${given.port === null ? '' : `-p ${given.port} `}${destination(given)}\``;
  return new PaliadinError(failure.code, `${last}; ${remedy}`);
}

/** The connection's own host key, from ssh's messages. */
function hostKeyIn(told: string): OwnerSsh['hostKey'] {
  const [, fingerprint] = /^debug1: Server host key: \S+ (SHA256:\S+)/m.exec(told) ?? [];
  if (fingerprint === undefined) throw new PaliadinError('shim_error', 'ssh does not tell the host’s key; update it');
  return { fingerprint, known: /^debug1: Host .* is known and matches the /m.test(told) };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// These override what the owner's configuration adds for their own sessions.
const OWN_OPTIONS = [
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'RequestTTY=no',
  'ConnectTimeout=20',
  'ServerAliveInterval=10',
  'ServerAliveCountMax=3',
  'EscapeChar=none',
].flatMap((option) => ['-o', option]);
