/**
 * The application's tools in one turn. Everything that decides is here: whose rights are used, when there is a token,
 * what the person who asked has to allow, how much a turn may do, and what goes on record.
 */
import { setImmediate } from 'node:timers/promises';
import {
  type AppTool,
  type AppToolCall,
  type AppToolResult,
  refusedResult,
  type TurnTools,
} from '../../contract/app-tools.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { HostUpdate } from '../../contract/host.ts';
import type { ToolCall, ToolOutcome } from '../../contract/records/tool-call.ts';
import type { Turn } from '../../contract/records/turn.ts';
import type { StopSignal } from '../../contract/stop-signal.ts';
import { DENY } from '../../contract/turn.ts';
import type { Store } from '../../store/store.ts';
import type { Approvals } from '../approvals.ts';
import { type Application, ApplicationFailure, type ApplicationSession } from './application.ts';
import { cardOf, elicitOn } from './cards.ts';
import { wordsOf } from './words.ts';

/** Which calls the person who asked has to allow: those that may change something, or all. */
export type WhatIsAsked = 'changes' | 'always';

export interface AppToolsOptions {
  application: Application;
  ask: WhatIsAsked;
  maxCalls: number;
  /** A call has ended. */
  onCall(call: { outcome: ToolOutcome; ms: number }): void;
}

export interface TurnToolsOptions extends AppToolsOptions {
  store: Pick<Store, 'appTools' | 'users'>;
  approvals: Pick<Approvals, 'ask'>;
  /** UTC milliseconds. */
  clock(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  onError(what: string, error: unknown): void;
}

export interface ToolRun {
  turn: Turn;
  /** A person stops the turn. */
  stop: AbortSignal;
  /** Another gateway takes the turn up. */
  leave: AbortSignal;
  /** What the person sees of the turn. */
  show(update: HostUpdate): void;
  /** A tool that may change something has done so: pages of the application may show what was before. */
  onChanged(tool: string): void;
}

export interface OpenTurnTools extends TurnTools {
  /** The turn is over: no call begins any more. Resolves when all that was done is on record. */
  close(): Promise<void>;
}

export function openTurnTools(run: ToolRun, options: TurnToolsOptions): OpenTurnTools {
  const { turn, stop, leave, show, onChanged } = run;
  const { application, store, approvals, clock, now, onError } = options;
  const over = new AbortController();
  const ended = AbortSignal.any([stop, leave, over.signal]);
  const words = wordsOf(turn.locale);
  const calls = new Map<string, { result: Promise<AppToolResult>; cancel: AbortController }>();
  const writing = new Set<Promise<unknown>>();
  let session: Promise<ApplicationSession> | null = null;
  let listed: Promise<AppTool[]> | null = null;
  let made: Promise<{ count: number }> | null = null;

  /** @throws ApplicationFailure for a person whom the application does not know. */
  async function open(): Promise<ApplicationSession> {
    const user = await store.users.get(turn.userId);
    const subject = user === null || user.disabledAt !== null ? null : subjectOf(user.subject);
    if (subject === null) throw new ApplicationFailure('refused', NOT_OF_APPLICATION);
    return application.open({
      turnId: turn.turnId,
      subject,
      isRunning: () => !ended.aborted,
      elicit: (asked) => elicitOn(asked, words, (request) => approvals.ask(turn, request, { show, signal: ended })),
    });
  }

  /** Once a turn, unless it failed. */
  function list(): Promise<AppTool[]> {
    listed ??= (async () => {
      session ??= open();
      const { tools, leftOut } = await (await session).list(ended);
      if (leftOut > 0)
        onError('tools of the application', new Error(`${leftOut} can’t be offered: name, size or number`));
      return tools;
    })();
    listed.catch(() => {
      session = null;
      listed = null;
    });
    return listed;
  }

  async function begin(call: AppToolCall, cancelled: AbortSignal): Promise<AppToolResult> {
    const signal = AbortSignal.any([ended, cancelled]);
    const since = now();
    const key = { turnId: turn.turnId, callId: call.id };
    const facts = { ...key, tool: call.name, arguments: JSON.stringify(call.arguments), startedAt: clock() };
    /** How this gateway left the record; null where there is none yet. */
    let at: 'waiting' | 'running' | null = null;
    try {
      if (ended.aborted) throw new ApplicationFailure('refused', stop.aborted ? STOPPED : OVER);
      made ??= store.appTools.count(turn.turnId).then((count) => ({ count }));
      const counter = await made;
      const tool = (await list()).find(({ name }) => name === call.name);
      if (tool === undefined)
        throw new ApplicationFailure('refused', `Refused: the application has no tool of this name.`);
      if (++counter.count > options.maxCalls) throw new ApplicationFailure('refused', tooMany(options.maxCalls));
      const changes = mayChange(tool);
      const asks = changes || options.ask === 'always';
      // What changes nothing may be made again: its record comes with its end, and nobody waits for it.
      const known = asks ? await store.appTools.begin({ ...facts, outcome: 'waiting' }) : null;
      if (asks) at = 'waiting';
      const wasAllowed = known?.outcome === 'running';
      if (wasAllowed) at = 'running';
      if (known !== null && known.outcome !== 'waiting' && (changes || !wasAllowed)) return await again(known);
      if (asks && !wasAllowed) {
        const decision = await approvals.ask(turn, cardOf(tool, call, words), { show, signal });
        if (decision === null) throw new ApplicationFailure('cancelled', stop.aborted ? STOPPED : CANCELLED);
        if (decision.option === DENY) throw new Denied(decision.message);
        if (!(await store.appTools.start(key))) throw elsewhere();
        at = 'running';
      }
      const result = await (await (session ?? open())).call(call.name, call.arguments, signal);
      const failed = result.isError === true;
      if (changes && !failed) onChanged(tool.name);
      await end(failed ? 'error' : 'done', { result });
      return result;
    } catch (error) {
      // Nobody knows here what becomes of it: the call is sent again to the gateway that takes the turn up.
      if (leave.aborted) throw new PaliadinError('mriver_unreachable', 'the gateway stops');
      if (error instanceof PaliadinError && error.code === 'mriver_unreachable') throw error;
      const outcome = outcomeOf(error);
      const why = error instanceof ApplicationFailure || error instanceof Denied ? error.message : UNEXPECTED;
      if (outcome === 'unknown') onError('a call of the application’s tools failed', error);
      await end(outcome, { why });
      // An agent that got an answer now would go on, and end its turn before it hears that it is stopped.
      if (stop.aborted) await untilAborted(AbortSignal.any([over.signal, leave, cancelled]));
      return refusedResult(why);
    }

    /** A gateway before this one made it, and nobody has its result. */
    async function again({ outcome }: ToolCall): Promise<AppToolResult> {
      if (outcome === 'running') {
        await store.appTools.note(key, { outcome: 'unknown', durationMs: Math.round(now() - since) }, 'running');
      }
      return refusedResult(outcome === 'running' ? UNKNOWN : LOST);
    }

    async function end(outcome: ToolOutcome, { result, why }: { result?: AppToolResult; why?: string }): Promise<void> {
      const durationMs = Math.round(now() - since);
      options.onCall({ outcome, ms: durationMs });
      const resultBytes = result === undefined ? null : Buffer.byteLength(JSON.stringify(result));
      const ending = { outcome, durationMs, resultBytes, detail: why ?? null };
      const write = async () => {
        await setImmediate(); // the answer goes first: SQLite would hold it up
        if (at === null) await store.appTools.add({ ...facts, ...ending });
        else await store.appTools.note(key, ending, at);
      };
      // Nobody waits for it but the end of the turn.
      const written = write().catch((error) => onError('a call of the application’s tools was not recorded', error));
      writing.add(written);
      written.finally(() => writing.delete(written));
    }
  }

  return {
    async list() {
      if (ended.aborted) throw new PaliadinError('not_allowed', stop.aborted ? STOPPED : OVER);
      try {
        return await list();
      } catch (error) {
        if (!(error instanceof ApplicationFailure)) throw error;
        throw new PaliadinError('not_allowed', error.message, { cause: error });
      }
    },
    async call(call, signal: StopSignal) {
      const known = calls.get(call.id);
      const cancel = known?.cancel ?? new AbortController();
      const stopCall = () => cancel.abort();
      signal.addEventListener('abort', stopCall);
      if (signal.aborted) stopCall();
      const result = known?.result ?? begin(call, cancel.signal);
      calls.set(call.id, { result, cancel });
      try {
        return await result;
      } finally {
        signal.removeEventListener('abort', stopCall);
      }
    },
    async close() {
      over.abort();
      await Promise.allSettled([...calls.values()].map(({ result }) => result));
      await Promise.all(writing);
      // The application is told of the end, and nobody waits for it.
      session?.then((opened) => opened.close()).catch(() => {});
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

class Denied extends Error {
  constructor(reason: string | undefined) {
    super(`Not allowed by the person who asked.${reason === undefined ? '' : ` They say: ${reason}`}`);
  }
}

/** This gateway was frozen, and has not heard yet that it lost the turn. */
function elsewhere(): PaliadinError {
  return new PaliadinError('mriver_unreachable', 'another gateway makes this call');
}

/** A hint that contradicts another counts for the careful one. */
function mayChange({ annotations }: AppTool): boolean {
  return annotations?.readOnlyHint !== true || annotations.destructiveHint === true;
}

/** The application's own id of a person who came from there; null for others, whose names could be anybody's. */
function subjectOf(subject: string): string | null {
  const way = WAYS.find((prefix) => subject.startsWith(prefix));
  return way === undefined ? null : subject.slice(way.length);
}

function outcomeOf(error: unknown): ToolOutcome {
  if (error instanceof Denied) return 'denied';
  return error instanceof ApplicationFailure ? error.outcome : 'unknown';
}

function tooMany(most: number): string {
  return `Refused: ${most} calls are made for one question, and no more. Answer with what you have.`;
}

/** By a token of the application, or by the proxy in front of both. */
const WAYS = ['jwt:', 'proxy:'];

const STOPPED = 'Refused: the person has stopped this question.';
const OVER = 'Refused: this question is answered already. The application’s tools act only while one is.';
const CANCELLED = 'The call was cancelled.';
const UNEXPECTED = 'The call failed inside the gateway. Its owner finds the reason in its log.';
const UNKNOWN =
  'It is not known whether this was done: the gateway was restarted meanwhile. It is not done again; look first what is there now.';
const LOST = 'This call ended, and its result was lost with the gateway. It is not made again; look what is there now.';
const NOT_OF_APPLICATION =
  'Refused: this person did not sign in through the application, which therefore does not know them. Its tools are for its own users.';
