/** Serves a verb, through the daemon. */
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pTimeout from 'p-timeout';
import { asPaliadinError, PaliadinError } from '../../contract/errors.ts';
import { PROTOCOL_VERSION } from '../../contract/host.ts';
import { shimExit } from '../../contract/shim.ts';
import { DENY } from '../../contract/turn.ts';
import { callHost } from '../../transport/call-host.ts';
import { extension } from '../../transport/extension.ts';
import type { HostChannel } from '../../transport/reach-host.ts';
import type { ShimCommand } from './parse-command.ts';

export interface ShimOptions {
  version: string;
  /** Connects to the daemon, and starts it if there is none. */
  reachDaemon(): Promise<Duplex>;
  /** The host's report about itself. */
  examine(): Promise<object>;
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  /** Prints one line for the person who reads the error. */
  complain(line: string): void;
  /** How long `run-turn` waits for its answer. */
  turnMs: number;
}

/** @returns the exit code. Each failure is one line of `complain`. */
export async function serveVerb({ verb, args }: ShimCommand, options: ShimOptions): Promise<number> {
  try {
    return await verbs[verb](args, options);
  } catch (error) {
    const { code, detail } = asPaliadinError(error, 'shim_error');
    options.complain(`${code}${detail === null ? '' : `: ${detail}`}`.replaceAll(/\s+/g, ' '));
    return code === 'shim_outdated' ? shimExit.protocol : code === 'timeout' ? shimExit.timeout : shimExit.unavailable;
  }
}

type Serve = (args: string[], options: ShimOptions) => Promise<number>;

const verbs: Record<ShimCommand['verb'], Serve> = {
  async connect([asked], { version, input, output, reachDaemon }) {
    if (Number(asked) !== PROTOCOL_VERSION) {
      const mine = `this shim (version ${version}) speaks protocol ${PROTOCOL_VERSION}`;
      throw new PaliadinError('shim_outdated', `the gateway asks for protocol ${asked}, ${mine}; update the older one`);
    }
    const daemon = await reachDaemon();
    // If either side ends, the pipe ends, but never a turn.
    await Promise.race([pipeline(input, daemon), pipeline(daemon, output)]).catch(() => {});
    return shimExit.ok;
  },

  async health([session = ''], options) {
    await call(options, extension.health, session);
    return say(options, 'ok\n');
  },

  async 'run-turn'([session = '', turnId = '', base64 = ''], options) {
    const prompt = { session, turnId, message: decode(base64), fence: 0, from: 0, known: false };
    const answer = await withHost(options, (host) => {
      // The turn continues: the same call, repeated, waits for the same answer.
      return pTimeout(runTurn(host, prompt), { milliseconds: options.turnMs, message: unanswered(options.turnMs) });
    });
    return say(options, answer);
  },

  async reset([session = ''], options) {
    await call(options, extension.reset, session);
    return say(options, 'ok\n');
  },

  async version(_args, options) {
    return say(options, `paliadin-shim ${options.version} protocol ${PROTOCOL_VERSION}\n`);
  },

  async doctor(_args, options) {
    return say(options, `${JSON.stringify(await options.examine())}\n`);
  },
};

async function runTurn(host: HostChannel, prompt: Parameters<HostChannel['prompt']>[0]): Promise<string> {
  const { state, code, detail, answerLength } = await host.prompt(prompt, (update) => {
    if (update.type === 'approval') refuse(host, prompt, update.approval.id);
  });
  // A turn that was given up may have been answered since.
  const late = state !== 'done' && (await host.turn(prompt.session, prompt.turnId, 0)).late;
  if (state !== 'done' && !late) throw new PaliadinError(code ?? 'shim_error', detail);
  let answer = '';
  while (answer.length < answerLength) {
    const { answer: piece } = await host.turn(prompt.session, prompt.turnId, answer.length);
    if (piece === '') throw new PaliadinError('shim_error', 'the host has lost a part of the answer');
    answer += piece;
  }
  return answer;
}

async function call({ reachDaemon }: ShimOptions, method: string, session: string): Promise<void> {
  await callHost(await reachDaemon(), method, { session });
}

/** A gateway that uses this verb can ask nobody. */
function refuse(host: HostChannel, { session, turnId }: { session: string; turnId: string }, approvalId: string): void {
  const denial = { option: DENY, message: 'Nobody can be asked. Go on without it.' };
  host.decide(session, turnId, approvalId, denial).catch(() => {}); // it may have been answered at the terminal
}

async function withHost<T>({ reachDaemon }: ShimOptions, use: (host: HostChannel) => Promise<T>): Promise<T> {
  // Loaded only here: the other verbs do not need it, and start in half the time.
  const { reachHost } = await import('../../transport/reach-host.ts');
  const host = await reachHost(await reachDaemon());
  try {
    return await use(host);
  } finally {
    host.close();
  }
}

/** @throws PaliadinError `message_invalid` if it is not UTF-8. The host decides what the text may contain. */
function decode(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new PaliadinError('message_invalid', 'the message is not UTF-8', { cause: error });
  }
}

function unanswered(ms: number): PaliadinError {
  return new PaliadinError('timeout', `no answer within ${ms / 1000} s`);
}

function say({ output }: ShimOptions, text: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  output.write(text, () => resolve(shimExit.ok));
  return promise;
}
