/** A host whose shim knows only `health`, `run-turn` and `reset`: one ssh connection per call, and no streaming. */
import { PaliadinError } from '../../contract/errors.ts';
import { type HostOutcome, type HostTurn, NO_JOURNAL } from '../../contract/host.ts';
import { pieces } from '../../contract/pieces.ts';
import type { HostChannel } from '../reach-host.ts';
import { callShim } from './call.ts';
import { touchedNothing } from './failure.ts';
import type { SshEnd } from './ssh-end.ts';
import type { SshTarget } from './target.ts';

/** How long to wait for the first answer, and for each verb after it, in milliseconds. */
export const VERB_LIMITS = {
  /** Only the first question waits for it: a login shell with long startup files may take this long. */
  open: 15_000,
  /** How long a person waits for "the host is away". */
  health: 3_000,
  /** 60 s for the shim, 10 s for ssh. */
  'run-turn': 70_000,
  reset: 10_000,
} as const;

/** Checks that the shim knows the three verbs. @throws PaliadinError if it does not, or can't be reached. */
export async function reachPlainHost(
  target: SshTarget,
  env: NodeJS.ProcessEnv,
  limits: Record<keyof typeof VERB_LIMITS, number> = VERB_LIMITS,
): Promise<HostChannel> {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const answers = new Map<string, string>();
  const calls = new Map<string, AbortController>();
  let greeting = await probe(PROBE_SESSION, limits.open);

  /** The login shell's output before `ok`. @throws PaliadinError with the reason. */
  async function probe(session: string, ms: number = limits.health): Promise<string> {
    const said = await ask('health', session, ms);
    const [, before] = /^(.*?)ok\s*$/s.exec(said) ?? [];
    if (before !== undefined) return before;
    throw new PaliadinError('shim_error', 'the shim answered its health probe with something else than ok');
  }

  /** If the host can't be reached, the channel counts as closed: it may have another shim when it is back. */
  async function call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof PaliadinError && error.code === 'mriver_unreachable') close();
      throw error;
    }
  }

  /** A host that is silent here counts as unreachable: no answer can come later. */
  function ask(verb: 'health' | 'reset', session: string, timeoutMs: number = limits[verb]): Promise<string> {
    return call(async () => {
      try {
        return await callShim(target, { env, timeoutMs }, verb, session);
      } catch (error) {
        if (!(error instanceof PaliadinError) || error.code !== 'timeout') throw error;
        throw new PaliadinError('mriver_unreachable', error.detail, { cause: error });
      }
    });
  }

  async function runTurn(session: string, turnId: string, message: string): Promise<string> {
    const base64 = Buffer.from(message).toString('base64');
    if (base64.length > MAX_ARGUMENT) {
      const most = Math.floor((MAX_ARGUMENT * 3) / 4);
      throw new PaliadinError('message_too_large', `this host’s shim takes at most ${most} bytes; update it for more`);
    }
    const controller = new AbortController();
    calls.set(turnId, controller);
    try {
      const settings = { env, timeoutMs: limits['run-turn'], signal: controller.signal };
      const said = await call(() => callShim(target, settings, 'run-turn', session, turnId, base64));
      return said.startsWith(greeting) ? said.slice(greeting.length) : said;
    } finally {
      calls.delete(turnId);
    }
  }

  const cannot = (what: string) =>
    Promise.reject(new PaliadinError('shim_outdated', `this host’s shim can’t ${what}; update it`));

  return {
    identity: { version: 'unknown', protocol: NO_JOURNAL, agent: 'unknown', driver: 'verbs', settings: '' },
    connected: false,
    closed,
    close,
    async health(session) {
      greeting = await probe(session ?? PROBE_SESSION);
      return null;
    },
    async prompt({ session, turnId, message, from, known, handedOver }, onUpdate) {
      // Without a journal, nobody knows whether the agent had the prompt, and it must not get it twice.
      if (known || handedOver) throw new PaliadinError('outcome_unknown', 'the host’s shim keeps no record of turns');
      onUpdate({ type: 'running' });
      try {
        const answer = await runTurn(session, turnId, message);
        keepAnswer(turnId, answer);
        for (const piece of pieces(answer.slice(from), from)) onUpdate(piece);
        return { ...DONE, answerLength: answer.length };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    async turn(_session, turnId, from): Promise<HostTurn> {
      const answer = answers.get(turnId);
      if (answer === undefined) return { ...DONE, state: 'absent', late: false, answer: '' };
      const [piece] = pieces(answer.slice(from), from);
      return { ...DONE, late: false, answer: piece?.text ?? '', answerLength: answer.length };
    },
    async cancel(_session, turnId) {
      calls.get(turnId)?.abort();
    },
    decide: () => cannot('be told a decision'),
    async reset(session) {
      await ask('reset', session);
    },
    async acknowledge(_session, turnId) {
      answers.delete(turnId);
      return null;
    },
    attach: () => cannot('show a terminal'),
    sessions: async () => [],
    hibernate: () => cannot('end a terminal'),
    watchScreen: () => cannot('show a terminal'),
    retire: async () => false,
    shutdown: () => cannot('be shut down'),
    onLate: () => () => {},
  };

  function keepAnswer(turnId: string, answer: string): void {
    answers.set(turnId, answer);
    const [oldest] = answers.keys();
    if (answers.size > MAX_ANSWERS && oldest !== undefined) answers.delete(oldest);
  }
}

function outcomeOf(error: unknown): HostOutcome {
  if (!(error instanceof PaliadinError)) throw error;
  const { code, detail } = error;
  if (code === 'message_too_large' || code === 'message_invalid') throw error;
  if (code === 'cancelled') {
    return { ...DONE, state: 'cancelled', code, detail: 'this host can’t be told to stop: its agent goes on' };
  }
  const unclear = code === 'mriver_unreachable' || code === 'shim_error';
  // The connection or the shim failed: the prompt may have been typed all the same.
  if (code === 'outcome_unknown' || (unclear && !touchedNothing(error.cause as SshEnd))) {
    return { ...DONE, state: 'unknown', code: 'outcome_unknown', detail };
  }
  return { ...DONE, state: 'failed', code, detail };
}

const DONE = {
  state: 'done' as const,
  code: null,
  detail: null,
  answerLength: 0,
  inputTokens: null,
  outputTokens: null,
};

// A session that belongs to nobody, to test whether the host responds at all.
const PROBE_SESSION = 'paliadin-probe';
// A system call accepts no longer argument (128 KiB), and sshd passes the command on as one argument.
const MAX_ARGUMENT = 120_000;
// Each is fetched within seconds, or never.
const MAX_ANSWERS = 100;
