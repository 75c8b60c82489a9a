/** A long-lived ssh process with a verb of the shim at its other end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { ShimVerb } from '../../contract/shim.ts';
import { isObeyed } from './login-shell.ts';
import { EndlessBanner, skipBanner } from './skip-banner.ts';
import type { SshEnd } from './ssh-end.ts';
import { type SshTarget, sshArguments, sshEnvironment } from './target.ts';

export interface OpenSsh {
  /** Standard input and output of the shim. It ends when ssh ends, and destroying it ends ssh. */
  duplex: Duplex;
  /** Resolves when ssh has ended. */
  ended: Promise<SshEnd>;
}

export function openSsh(target: SshTarget, env: NodeJS.ProcessEnv, verb: ShimVerb, ...args: string[]): OpenSsh {
  const child = spawn(target.program, sshArguments(target, verb, ...args), {
    env: sshEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {}); // see `ended`
  const replies = skipBanner();
  child.stdout.pipe(replies);
  const duplex = Duplex.from({ readable: replies, writable: child.stdin });
  duplex.on('error', () => {}); // a broken channel is closed; `ended` has the reason
  // With its input closed, ssh ends by itself and reports how; if the host is silent, ssh is killed after a moment,
  // when nothing is lost.
  duplex.once('close', () => {
    child.stdin.destroy();
    const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    child.once('exit', () => clearTimeout(timer));
  });
  child.stderr.on('data', (text: Buffer) => {
    if (isObeyed(String(text))) duplex.destroy();
  });
  let trouble: Error | null = null;
  replies.once('error', (error) => {
    if (error instanceof EndlessBanner) trouble = error;
  });
  // If we ended ssh ourselves, its end says nothing about the host.
  const ended = endOf(child).then((end) =>
    trouble === null ? { ...end, printed: replies.printed() } : { ...NOTHING_SAID, stderr: trouble.message },
  );
  ended.then(() => duplex.destroy());
  return { duplex, ended };
}

function endOf(child: ChildProcess): Promise<SshEnd> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR);
  });
  const { promise, resolve } = Promise.withResolvers<SshEnd>();
  child.once('error', ({ message }) =>
    resolve({ code: null, signal: null, stderr: `ssh can't be started: ${message}` }),
  );
  child.once('close', (code, signal) => resolve({ code, signal, stderr }));
  return promise;
}

const NOTHING_SAID = { code: null, signal: null };
// The time that ssh needs to end, even on a busy machine.
const GRACE_MS = 1000;
// Enough for the messages of ssh and of a crashing shim.
const MAX_STDERR = 16 * 1024;
