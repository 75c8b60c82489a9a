/**
 * The application's MCP server, asked in the name of one person. Speaks the protocol's newest form, and the one before to
 * an application that has nothing newer. Each request has a token of its own; nothing that anybody else gave is passed on.
 */
import {
  Client,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import pTimeout from 'p-timeout';
import {
  type Application,
  ApplicationFailure,
  type ApplicationSession,
  type ApplicationTurn,
} from '../turn/app-tools/application.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { cleanResult, cleanTools, cleanValue, cleanWords, type RawTool } from './clean.ts';

export interface ApplicationOptions {
  url: string;
  version: string;
  /** Of one request, without the time in which a person is asked. Milliseconds. */
  timeoutMs: number;
  /** Of one result, as JSON. */
  maxResultBytes: number;
  /** For one request. @throws ApplicationFailure */
  token(turn: Pick<ApplicationTurn, 'turnId' | 'subject'>): Promise<string>;
}

export function openApplication(options: ApplicationOptions): Application {
  return { open: (turn) => openSession(turn, options) };
}

function openSession(turn: ApplicationTurn, options: ApplicationOptions): ApplicationSession {
  const { timeoutMs, maxResultBytes } = options;
  const requests = boundedFetch(maxResultBytes + OVERHEAD_BYTES);
  let connecting: Promise<Client> | null = null;
  /** Stop while a person is asked. */
  const clocks = new Set<PausableTimer>();

  async function connect(): Promise<Client> {
    const client = new Client(
      { name: 'paliadin', version: options.version },
      {
        versionNegotiation: { mode: 'auto', probe: { timeoutMs } },
        capabilities: { elicitation: { form: {} } },
        listMaxPages: MAX_PAGES,
      },
    );
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      if ('url' in params || !('requestedSchema' in params)) return { action: 'decline' };
      for (const clock of clocks) clock.pause();
      try {
        const schema = cleanValue(params.requestedSchema);
        const answer = await turn.elicit({ message: cleanWords(params.message), schema });
        return answer.action === 'accept' ? { action: 'accept', content: answer.content as never } : answer;
      } finally {
        for (const clock of clocks) clock.resume();
      }
    });
    const transport = new StreamableHTTPClientTransport(new URL(options.url), {
      fetch: requests.fetch,
      authProvider: {
        async token() {
          if (!turn.isRunning()) throw new ApplicationFailure('cancelled', TURN_OVER);
          return await options.token(turn);
        },
      },
      onInsufficientScope: 'throw',
    });
    await client.connect(transport, { timeout: timeoutMs });
    return client;
  }

  async function ask<T>(work: (client: Client, signal: AbortSignal) => Promise<T>, outer: AbortSignal): Promise<T> {
    requests.takeFailure();
    const clock = new PausableTimer(timeoutMs);
    clocks.add(clock);
    const signal = AbortSignal.any([outer, clock.signal]);
    try {
      connecting ??= connect();
      const client = await untilAborted(connecting, signal);
      return await work(client, signal).catch(async (error) => {
        // The application has forgotten the session, as after its restart: so it has done nothing yet.
        if (!isSessionGone(error) || client.getProtocolEra() === 'modern') throw error;
        connecting = connect();
        return await work(await untilAborted(connecting, signal), signal);
      });
    } catch (error) {
      if (error instanceof ApplicationFailure && error.outcome === 'cancelled') throw error;
      if (outer.aborted) throw new ApplicationFailure('cancelled', 'The call was cancelled.', { cause: error });
      if (clock.signal.aborted) {
        throw new ApplicationFailure('timeout', `The application did not answer within ${timeoutMs / 1000} s.`);
      }
      throw requests.takeFailure() ?? failureOf(error);
    } finally {
      clock.close();
      clocks.delete(clock);
      // Another attempt may find the application back.
      connecting?.catch(() => {
        connecting = null;
      });
    }
  }

  return {
    list: (signal) =>
      ask(async (client, signal) => {
        const { tools } = await client.listTools(undefined, { signal, timeout: FOREVER_MS });
        return cleanTools(tools as RawTool[]);
      }, signal),
    call: (name, args, signal) =>
      ask(async (client, signal) => {
        const given = { name, arguments: args };
        const result = await client.callTool(given, { signal, timeout: FOREVER_MS });
        return cleanResult(result as Parameters<typeof cleanResult>[0], maxResultBytes);
      }, signal),
    async close() {
      const client = await connecting?.catch(() => null);
      await client?.close().catch(() => {}); // the application is away: there is nothing to close
    },
  };
}

/** In words for the agent and the record. The application's own words are only told where the protocol has them. */
function failureOf(error: unknown): ApplicationFailure {
  const failed = (message: string) => new ApplicationFailure('failed', message, { cause: error });
  if (error instanceof ApplicationFailure) return error;
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof ApplicationFailure) return inner;
  }
  if (error instanceof UnauthorizedError) return failed(REFUSED_TOKEN);
  if (error instanceof SdkHttpError) {
    const status = statusOf(error);
    if (status === 401) return failed(REFUSED_TOKEN);
    if (status === 403) return failed('The application does not let this person do that (403).');
    return failed(`The application answered with the HTTP status ${status ?? 'of an error'}, not as an MCP server.`);
  }
  if (error instanceof ProtocolError)
    return failed(`The application refused: ${cleanWords(error.message).slice(0, 500)}`);
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) {
    return new ApplicationFailure('timeout', 'The application did not answer in time.', { cause: error });
  }
  return failed('The application’s answer is not one of an MCP server (Streamable HTTP).');
}

function statusOf(error: SdkHttpError): number | undefined {
  return (error as { status?: number }).status ?? (error.data as { status?: number } | undefined)?.status;
}

function isSessionGone(error: unknown): boolean {
  return error instanceof SdkHttpError && statusOf(error) === 404;
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {}); // nobody may wait for it any more
  return pTimeout(work, { milliseconds: Number.POSITIVE_INFINITY, signal });
}

/** Aborts after a time in which it was not paused. */
class PausableTimer {
  readonly #stop = new AbortController();
  #left: number;
  #since = 0;
  #pauses = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#left = ms;
    this.#start();
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  pause(): void {
    if (this.#pauses++ > 0) return;
    clearTimeout(this.#timer);
    this.#left -= performance.now() - this.#since;
  }

  resume(): void {
    if (--this.#pauses === 0) this.#start();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#pauses = Number.POSITIVE_INFINITY;
  }

  #start(): void {
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#stop.abort(), Math.max(0, this.#left));
  }
}

const TURN_OVER = 'Refused: the question is answered, or was stopped. Nobody is being asked for any more.';
const REFUSED_TOKEN =
  'The application does not accept the gateway’s token (401). Its developer finds in docs/app-tools.md how to verify it.';
// A page that says where the next one is, and never ends.
const MAX_PAGES = 16;
// The library's own limit; ours is a timer that stops while a person is asked.
const FOREVER_MS = 2 ** 31 - 1;
// A list of tools that will be cut, or a result that is just too large, is still read, so that the error can say so.
const OVERHEAD_BYTES = 4 * 1024 * 1024;
