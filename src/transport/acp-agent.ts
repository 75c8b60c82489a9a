/** The client's end of ACP towards an agent of any maker, over its standard streams. Each request has a deadline. */
import { type Duplex, Transform } from 'node:stream';
import pTimeout from 'p-timeout';
import { z } from 'zod';
import {
  acpStream,
  type ContentBlock,
  type CreateElicitationRequest,
  type CreateElicitationResponse,
  client,
  methods,
  PROTOCOL_VERSION,
  RequestError,
  type RequestPermissionRequest,
  type SessionUpdate,
} from './acp.ts';

export interface AgentIdentity {
  name: string | null;
  version: string | null;
  /** How somebody can sign in to it. */
  signIns: { name: string; description: string | null }[];
  /** How it takes up an earlier conversation; null: it can't. */
  resumes: 'resume' | 'load' | null;
  /** What a prompt may contain beside text and links. */
  takes: { image: boolean; embedded: boolean };
  /** It can be given directories beside its working directory. */
  roots: boolean;
}

export type AgentStop = 'end_turn' | 'max_tokens' | 'max_turn_requests' | 'refusal' | 'cancelled';

export interface AgentTurnEnd {
  stop: AgentStop;
  /** Null where it does not tell them. */
  inputTokens: number | null;
  outputTokens: number | null;
}

/**
 * Why a request failed. `kind` is `late` if the deadline passed, `closed` if the connection broke, `broken` if it
 * does not keep to the protocol.
 */
export class AgentRefusal extends Error {
  override name = 'AgentRefusal';
  readonly kind: 'auth' | 'unknown-session' | 'late' | 'closed' | 'broken' | 'error';
  constructor(kind: AgentRefusal['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface AgentListener {
  /** Whatever it tells of one of its sessions. */
  onUpdate(sessionId: string, update: SessionUpdate): void;
  /** Resolves with the id of the chosen option; null: nothing was chosen. `signal` aborts when it takes the question back. */
  onPermission(request: RequestPermissionRequest, signal: AbortSignal): Promise<string | null>;
  /** Asks a person. Never rejects. */
  onQuestion(request: CreateElicitationRequest, signal: AbortSignal): Promise<AgentReply>;
  /** Nothing more can be asked of it: it has closed its output, or does not keep to the protocol. */
  onBroken?(): void;
}

/** `decline`: the person does not answer, or can't be asked this; `cancel`: nobody waits for the answer any more. */
export type AgentReply =
  | { action: 'accept'; content: Record<string, unknown> }
  | { action: 'decline' }
  | { action: 'cancel' };

export interface SessionPlace {
  cwd: string;
  /** Directories that it may read too, if it can be given any. */
  roots: readonly string[];
}

export interface AcpAgent {
  readonly identity: AgentIdentity;
  /** Lines that were no messages. */
  readonly nonsense: number;
  newSession(where: SessionPlace): Promise<string>;
  /** @throws AgentRefusal `unknown-session` if it does not know the session any more */
  takeUp(sessionId: string, where: SessionPlace): Promise<void>;
  /** Sets the mode in which the agent asks, if it has modes and `mode` is another one. */
  ask(sessionId: string, mode: string): Promise<void>;
  /** Without a deadline: whoever calls watches for signs of life. */
  prompt(sessionId: string, prompt: readonly ContentBlock[]): Promise<AgentTurnEnd>;
  cancel(sessionId: string): void;
}

export interface AgentLimits {
  /** For the first answer: a program of hundreds of megabytes may have to be read from a disk first. */
  initializeMs?: number;
  /** For a new session, or an earlier one. */
  sessionMs?: number;
  /** What it may send for one question, and until the next. */
  maxBytes?: number;
}

/** @throws AgentRefusal */
export async function openAcpAgent(
  stream: Duplex,
  listener: AgentListener,
  { initializeMs = 60_000, sessionMs = 60_000, maxBytes = MAX_BYTES }: AgentLimits = {},
): Promise<AcpAgent> {
  let nonsense = 0;
  const app = client({ name: 'paliadin' });
  app.onNotification(methods.client.session.update, ({ params }) => listener.onUpdate(params.sessionId, params.update));
  app.onRequest(methods.client.session.requestPermission, async ({ params, signal }) => {
    const option = await listener.onPermission(params, signal);
    return { outcome: option === null ? { outcome: 'cancelled' } : { outcome: 'selected', optionId: option } };
  });
  app.onRequest(methods.client.elicitation.create, async ({ params, signal }) => {
    return (await listener.onQuestion(params, signal)) as CreateElicitationResponse;
  });
  const messages = onlyMessages(maxBytes, () => {
    nonsense += 1;
  });
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {}); // whoever asks something hears of it
  const breakOff = (kind: 'closed' | 'broken', why: string) => {
    broken.reject(new AgentRefusal(kind, why));
    listener.onBroken?.();
  };
  messages.on('error', (error) => breakOff('broken', error.message));
  // A program that ends before it has read anything breaks the stream without an end of its output.
  const onClose = () => breakOff('closed', 'it closed its output');
  stream.once('close', onClose);
  if (stream.destroyed) onClose();
  const connection = app.connect(acpStream(withReadable(stream, messages), MAX_MESSAGE_BYTES));
  connection.signal.addEventListener('abort', onClose);

  async function ask(method: string, params: object, ms: number | null): Promise<unknown> {
    const answer = connection.agent.request(method, params);
    answer.catch(() => {}); // may come after the deadline
    const first = Promise.race([answer, broken.promise]);
    try {
      if (ms === null) return await first;
      const late = new AgentRefusal('late', `it has not answered ${method} within ${ms / 1000} s`);
      return await pTimeout(first, { milliseconds: ms, message: late });
    } catch (error) {
      throw toRefusal(error);
    }
  }

  async function read<T>(shape: z.ZodType<T>, method: string, answer: unknown): Promise<T> {
    const parsed = shape.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new AgentRefusal('error', `its answer to ${method} is not what ACP says`);
  }

  const hello = await ask(
    methods.agent.initialize,
    {
      protocolVersion: PROTOCOL_VERSION,
      // It uses its own tools for files and commands, within the walls of its host.
      clientCapabilities: {
        fs: { readTextFile: false, writeTextFile: false },
        terminal: false,
        // Not the mode `url`: an address of the agent's choice is no question, and nobody here could see what it is.
        elicitation: { form: {} },
      },
      clientInfo: { name: 'paliadin', version: '0' },
    },
    initializeMs,
  ).catch((error: AgentRefusal) => {
    if (nonsense === 0 || error.kind === 'auth') throw error;
    throw new AgentRefusal('error', 'it writes other text than ACP’s messages to its standard output');
  });
  const { protocolVersion, agentInfo, agentCapabilities, authMethods } = await read(helloShape, 'initialize', hello);
  if (protocolVersion !== PROTOCOL_VERSION) {
    const versions = `it speaks version ${protocolVersion} of ACP, and Paliadin version ${PROTOCOL_VERSION}`;
    throw new AgentRefusal('error', `${versions}: use another version of the agent`);
  }
  const canResume = agentCapabilities?.sessionCapabilities?.resume != null;
  const canLoad = agentCapabilities?.loadSession === true;
  const identity: AgentIdentity = {
    name: agentInfo?.name ?? null,
    version: agentInfo?.version ?? null,
    signIns: (authMethods ?? []).map(({ name, description }) => ({ name, description: description ?? null })),
    resumes: canResume ? 'resume' : canLoad ? 'load' : null,
    takes: {
      image: agentCapabilities?.promptCapabilities?.image === true,
      embedded: agentCapabilities?.promptCapabilities?.embeddedContext === true,
    },
    roots: agentCapabilities?.sessionCapabilities?.additionalDirectories != null,
  };

  function placeOf({ cwd, roots }: SessionPlace) {
    const more = identity.roots && roots.length > 0 ? { additionalDirectories: roots } : {};
    return { cwd, mcpServers: [], ...more };
  }

  let offersAsking = false;

  /** Otherwise the agent would decide by itself what its host is to decide. */
  async function enterAsking(sessionId: string, modes: Modes): Promise<void> {
    offersAsking = modes?.availableModes.some(({ id }) => id === ASKING) === true;
    if (offersAsking && modes?.currentModeId !== ASKING) await setAsking(sessionId);
  }

  async function setAsking(sessionId: string): Promise<void> {
    await ask(methods.agent.session.setMode, { sessionId, modeId: ASKING }, sessionMs);
  }

  return {
    identity,
    get nonsense() {
      return nonsense;
    },
    async newSession(where) {
      const answer = await ask(methods.agent.session.new, placeOf(where), sessionMs);
      const { sessionId, modes } = await read(sessionShape, 'session/new', answer);
      await enterAsking(sessionId, modes);
      return sessionId;
    },
    async takeUp(sessionId, where) {
      const method = identity.resumes === 'resume' ? methods.agent.session.resume : methods.agent.session.load;
      const answer = await ask(method, { sessionId, ...placeOf(where) }, sessionMs);
      const { modes } = await read(againShape, method, answer ?? {});
      await enterAsking(sessionId, modes);
    },
    ask: async (sessionId, mode) => (offersAsking && mode !== ASKING ? setAsking(sessionId) : undefined),
    async prompt(sessionId, prompt) {
      messages.allow(maxBytes);
      const answer = await ask(methods.agent.session.prompt, { sessionId, prompt }, null);
      const { stopReason: stop, usage } = await read(endShape, 'session/prompt', answer);
      const cached = (usage?.cachedReadTokens ?? 0) + (usage?.cachedWriteTokens ?? 0);
      const inputTokens = usage?.inputTokens == null ? null : usage.inputTokens + cached;
      return { stop, inputTokens, outputTokens: usage?.outputTokens ?? null };
    },
    cancel(sessionId) {
      connection.agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => {}); // its end is heard otherwise
    },
  };
}

function toRefusal(error: unknown): AgentRefusal {
  if (error instanceof AgentRefusal) return error;
  if (!(error instanceof RequestError)) return new AgentRefusal('closed', 'the connection to it broke');
  const { code, message, data } = error;
  if (code === AUTH_REQUIRED) return new AgentRefusal('auth', message);
  if (code === NOT_FOUND) return new AgentRefusal('unknown-session', message);
  const details = moreOf.safeParse(data).data?.details;
  return new AgentRefusal('error', shorten(details === undefined ? message : `${message}: ${details}`));
}

function shorten(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\b(sk|key|Bearer)[-_ ]\S+/gi, '…')
    .slice(0, MAX_REASON)
    .toWellFormed();
}

/**
 * Passes on lines that may be messages, of so many bytes as are allowed. Some programs write a greeting or a warning there first; more than a few, or a
 * line without an end, is an error.
 */
function onlyMessages(maxBytes: number, onNonsense: () => void): Transform & { allow(bytes: number): void } {
  let rest: Buffer[] = [];
  let length = 0;
  let skipped = 0;
  let allowed = maxBytes;
  const transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      allowed -= chunk.length;
      if (allowed < 0) return done(new Error(`it sent more than ${maxBytes / MIB} MiB for one question`));
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        const line = Buffer.concat([...rest, chunk.subarray(from, at + 1)]);
        rest = [];
        length = 0;
        from = at + 1;
        if (isMessage(line)) this.push(line);
        else if (line.length > 1) {
          skipped += 1;
          onNonsense();
        }
        if (line.length > MAX_MESSAGE_BYTES) return done(new Error(TOO_LONG));
        if (skipped > MAX_NONSENSE) return done(new Error('it writes other text than ACP’s messages'));
      }
      const left = chunk.subarray(from);
      if (left.length > 0) rest.push(left);
      length += left.length;
      done(length > MAX_MESSAGE_BYTES ? new Error(TOO_LONG) : null);
    },
  });
  return Object.assign(transform, {
    allow(bytes: number) {
      allowed = bytes;
    },
  });
}

/** Whole JSON objects only: the library answers anything else to the agent, which may not expect that. */
function isMessage(line: Buffer): boolean {
  if (line[0] !== BRACE) return false;
  try {
    JSON.parse(line.toString());
    return true;
  } catch {
    return false;
  }
}

function withReadable(stream: Duplex, messages: Transform): { readable: Transform; writable: Duplex } {
  stream.pipe(messages);
  return { readable: messages, writable: stream };
}

const count = z.number().nonnegative().nullish().catch(null);
const helloShape = z.object({
  protocolVersion: z.number(),
  agentInfo: z.object({ name: z.string(), version: z.string() }).nullish().catch(null),
  agentCapabilities: z
    .object({
      loadSession: z.boolean().nullish(),
      sessionCapabilities: z.object({ resume: z.unknown(), additionalDirectories: z.unknown() }).partial().nullish(),
      promptCapabilities: z
        .object({ image: z.boolean(), embeddedContext: z.boolean() })
        .partial()
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
  authMethods: z
    .array(z.object({ name: z.string(), description: z.string().nullish() }))
    .max(50)
    .nullish()
    .catch(null),
});
const endShape = z.object({
  stopReason: z.enum(['end_turn', 'max_tokens', 'max_turn_requests', 'refusal', 'cancelled']),
  usage: z
    .object({ inputTokens: count, outputTokens: count, cachedReadTokens: count, cachedWriteTokens: count })
    .nullish()
    .catch(null),
});
const modesShape = z
  .object({ currentModeId: z.string(), availableModes: z.array(z.object({ id: z.string() })) })
  .nullish()
  .catch(null);
type Modes = z.output<typeof modesShape>;
const sessionShape = z.object({ sessionId: z.string().min(1).max(1000), modes: modesShape });
const againShape = z.object({ modes: modesShape });
const moreOf = z.object({ details: z.string() });

// By this name Claude Code, Gemini and others offer the mode in which they ask before they change something.
const ASKING = 'default';
const BRACE = 0x7b;
const NEWLINE = 0x0a;
const AUTH_REQUIRED = -32000;
const NOT_FOUND = -32002;
// A change of a large file, before and after, is one message.
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
// For one question, and until the next: the results of a thousand tools, and more answer than anybody reads.
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_NONSENSE = 100;
const MAX_REASON = 300;
const MIB = 1024 * 1024;
const TOO_LONG = `it sent a message of more than ${MAX_MESSAGE_BYTES / MIB} MiB`;
