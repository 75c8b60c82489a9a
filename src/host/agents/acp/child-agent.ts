/** The agent of one session as a child of the daemon, which speaks ACP with it over its standard streams. */
import { EventEmitter } from 'node:events';
import pLimit from 'p-limit';
import pTimeout from 'p-timeout';
import { PaliadinError } from '../../../contract/errors.ts';
import { type ApprovalRequest, DENY, type Decision } from '../../../contract/turn.ts';
import { type GuardedChild, spawnGuarded } from '../../../process/guarded-child.ts';
import type {
  ContentBlock,
  CreateElicitationRequest,
  RequestPermissionRequest,
  SessionUpdate,
} from '../../../transport/acp.ts';
import {
  type AcpAgent,
  type AgentLimits,
  AgentRefusal,
  type AgentReply,
  type AgentTurnEnd,
  openAcpAgent,
} from '../../../transport/acp-agent.ts';
import { ConversationLost } from '../../conversation-lost.ts';
import type { LiveAgent, LoadedPrompt, SessionAgent, SubmittedTurn } from '../../session-agent.ts';
import type { Launch } from '../../tmux/setup.ts';
import type { OpenAgentOptions } from '../driver.ts';
import type { AgentPaths } from '../paths.ts';
import type { Reading } from '../reading.ts';
import { type KeptSession, readKept, writeKept } from './kept-session.ts';
import type { MemoryLimit } from './memory-limit.ts';
import { allowedOnce, approvalOfRequest, optionOf, readsOnlyBelow } from './permission.ts';
import { promptBlocks } from './prompt-blocks.ts';
import { askedForm, scopeOf } from './question.ts';
import { howToSignIn, SignInNeeded, startFailure } from './start-failure.ts';
import { withUpdate } from './tools.ts';
import { TurnRecorder } from './turn-recorder.ts';

export interface ChildAgentOptions extends OpenAgentOptions {
  /** As its owner wrote it: identifies the agent. */
  command: string;
  launch(paths: AgentPaths): Launch;
  /** What comes before the first message of a conversation. */
  instructions(): string;
  /** Of all agents of this host. */
  memory: MemoryLimit;
  limits?: AgentLimits & { cancelMs?: number };
}

export interface ChildAgent extends SessionAgent {
  /** @throws PaliadinError `conflict` if this is not asked any more */
  decide(turnId: string, approvalId: string, decision: Decision): void;
}

interface Running extends LiveAgent {
  child: GuardedChild;
  agent: AcpAgent;
  kept: KeptSession;
  directory: string;
  files: string | null;
}

interface Work {
  recorder: TurnRecorder;
  /** Resolves when the agent has answered the prompt, or can't any more. */
  over: Promise<void>;
  /** What it asks, by our id. */
  asked: Map<string, (decision: Decision | null) => void>;
}

export function childAgent(options: ChildAgentOptions): ChildAgent {
  const { session, isolation, limits = {} } = options;
  let current: Running | null = null;
  /** Of an agent that is being started. */
  let starting: GuardedChild | null = null;
  let work: Work | null = null;
  let asked = 0;
  const inTurn = pLimit(1);

  const running = () => (current?.child.end === null ? current : null);

  async function start(paths: AgentPaths, signal: AbortSignal): Promise<Running> {
    if (signal.aborted) throw new PaliadinError('cancelled');
    isolation.prepare(session);
    const launch = options.launch(paths);
    const read = [...(launch.read ?? []), ...rootsOf(paths)];
    const { argv, cwd, env } = isolation.confine(session, { ...launch, read });
    const child = await spawnGuarded(argv, { cwd, env: { ...options.setup.env, ...env } });
    starting = child;
    options.memory.watch(child);
    const stop = () => void child.kill();
    signal.addEventListener('abort', stop);
    try {
      const opened = { child, cwd: paths.home.cwd, paths };
      const { agent, kept } = await open(opened);
      // How it ended is always known: nothing is ever emitted.
      const live: Running = Object.assign(new EventEmitter(), {
        lost: false,
        ended: async () => child.end,
        child,
        agent,
        kept,
        directory: paths.directory,
        files: paths.files ?? null,
      });
      return live;
    } catch (error) {
      // If it has closed its output, the end of its program says more.
      const isClosed = !(error instanceof AgentRefusal) || error.kind === 'closed';
      const end = isClosed ? await endOf(child) : null;
      await child.kill();
      if (signal.aborted) throw new PaliadinError('cancelled');
      throw error instanceof ConversationLost ? error : startFailure(error, { command: options.command, end, child });
    } finally {
      signal.removeEventListener('abort', stop);
      starting = null;
    }
  }

  async function open({ child, cwd, paths }: { child: GuardedChild; cwd: string; paths: AgentPaths }) {
    // In a turn, and while it starts, its end is reported first.
    const onBroken = () => {
      if (work === null && starting !== child) void child.kill();
    };
    const agent = await openAcpAgent(child.stream, { onUpdate, onPermission, onQuestion, onBroken }, limits);
    const { directory, conversation } = paths;
    const known = keptFor(paths, options.command);
    const place = { cwd, roots: rootsOf(paths) };
    try {
      if (known !== null) {
        await agent.takeUp(known.sessionId, place);
        return { agent, kept: known };
      }
      const sessionId = await agent.newSession(place);
      const resumes = agent.identity.resumes !== null;
      const kept = { conversation, sessionId, command: options.command, resumes, instructed: false };
      writeKept(directory, kept);
      return { agent, kept };
    } catch (error) {
      if (!(error instanceof AgentRefusal)) throw error;
      // Agents use various codes for a session that they do not know.
      const isGone = known !== null && (error.kind === 'unknown-session' || error.kind === 'error');
      if (isGone) throw new ConversationLost({ cause: error });
      if (error.kind === 'auth') throw new SignInNeeded(agent.identity.signIns);
      throw error;
    }
  }

  function onUpdate(sessionId: string, update: SessionUpdate): void {
    // What comes without a turn is an earlier conversation that the agent tells again.
    if (sessionId !== current?.kept.sessionId) return;
    if (update.sessionUpdate === 'current_mode_update') void keepAsking(current, update.currentModeId);
    try {
      work?.recorder.update(update);
    } catch {
      void current.child.kill(); // the disk is full: what can't be written down can't be answered
    }
  }

  /** An agent that decides by itself from now on, because something in the turn made it, is told again to ask. */
  async function keepAsking({ agent, kept, child }: Running, mode: string): Promise<void> {
    await agent.ask(kept.sessionId, mode).catch(() => child.kill());
  }

  async function onPermission(request: RequestPermissionRequest, signal: AbortSignal): Promise<string | null> {
    const now = askable(request.sessionId);
    if (now === null) return null;
    const { recorder } = now;
    const files = current?.files ?? null;
    const before = recorder.call(request.toolCall.toolCallId);
    const call = withUpdate(before, request.toolCall);
    if (files !== null && readsOnlyBelow(files, before, call)) return allowedOnce(request);
    const decided = await person(now, approvalOfRequest(nextId(), request, call, recorder.words), signal);
    return decided === null ? null : optionOf(request, decided.option);
  }

  async function onQuestion(request: CreateElicitationRequest, signal: AbortSignal): Promise<AgentReply> {
    const { sessionId, toolCallId } = scopeOf(request);
    const now = askable(sessionId);
    if (now === null) return { action: 'cancel' };
    const { recorder } = now;
    const { words } = recorder;
    const id = nextId();
    const tool = toolCallId === null ? undefined : recorder.call(toolCallId).name;
    const form = askedForm(id, request, { tool: tool ?? undefined, words });
    const declined = (title: string): AgentReply => {
      recorder.failed(id, title);
      return { action: 'decline' };
    };
    if (form === null) return declined(words.cannotAsk(words.theAgent));
    const decided = await person(now, form.request, signal);
    if (decided === null) return { action: 'cancel' };
    if (decided.option === DENY) return { action: 'decline' };
    const content = form.contentOf(decided.answers ?? {});
    return content === null ? declined(words.cannotTake(words.theAgent)) : { action: 'accept', content };
  }

  /** The turn in which somebody can be asked; null if there is none, or if it has asked too much already. */
  function askable(sessionId: string | null): Work | null {
    if (work === null || sessionId !== current?.kept.sessionId || work.asked.size >= MAX_ASKED) return null;
    return work;
  }

  function nextId(): string {
    asked += 1;
    return `${asked}`;
  }

  /** Null if the turn is over, or if the agent takes it back. */
  async function person(now: Work, request: ApprovalRequest, signal: AbortSignal): Promise<Decision | null> {
    const { promise, resolve } = Promise.withResolvers<Decision | null>();
    now.asked.set(request.id, resolve);
    signal.addEventListener('abort', () => resolve(null));
    now.recorder.asked(request);
    const decided = await promise;
    now.asked.delete(request.id);
    now.recorder.answered(request.id);
    return decided;
  }

  function noteEnd({ recorder }: Work, end: AgentTurnEnd): void {
    if (end.stop === 'cancelled') {
      recorder.end({ event: 'interrupted' });
      return;
    }
    const { inputTokens, outputTokens } = end;
    const detail = CUT[end.stop];
    recorder.end({
      event: 'stop',
      ...(detail !== undefined && { detail }),
      ...(inputTokens !== null && { inputTokens }),
      ...(outputTokens !== null && { outputTokens }),
    });
  }

  async function noteFailure({ recorder }: Work, error: unknown, { child }: Running): Promise<void> {
    if (!(error instanceof AgentRefusal)) throw error;
    if (error.kind === 'closed') {
      // The end of its program says more.
      await endOf(child);
      return child.kill();
    }
    if (error.kind === 'broken') {
      recorder.end({ event: 'failure', code: 'agent_error', detail: `the agent was ended: ${error.message}` });
      return child.kill();
    }
    const code = LIMIT.test(error.message) ? 'agent_limit' : 'agent_error';
    const why = error.kind === 'auth' ? `it is not signed in; ${howToSignIn(options.command)}` : error.message;
    recorder.end({ event: 'failure', code, detail: `the agent reports an error: ${why}` });
  }

  async function end(): Promise<void> {
    await starting?.kill();
    const live = current;
    current = null;
    for (const answer of work?.asked.values() ?? []) answer(null);
    await live?.child.kill(GRACE_MS);
  }

  async function load(text: string, turn: SubmittedTurn): Promise<LoadedPrompt> {
    const live = running();
    if (live === null) throw ENDED();
    const blocks = await promptBlocks(text, turn.files ?? [], live.agent.identity.takes);
    return { submit: async () => submit(live, blocks, turn), drop: async () => {} };
  }

  function submit(live: Running, blocks: ContentBlock[], turn: SubmittedTurn): void {
    if (running() !== live) throw ENDED();
    const { agent, kept } = live;
    const recorder = new TurnRecorder(turn);
    const before: ContentBlock[] = kept.instructed ? [] : [{ type: 'text', text: options.instructions() }];
    const answered = agent.prompt(kept.sessionId, [...before, ...blocks]);
    const mine: Work = { recorder, over: Promise.resolve(), asked: new Map() };
    work = mine;
    mine.over = answered
      .then(
        (end) => {
          if (!kept.instructed) writeKept(live.directory, Object.assign(kept, { instructed: true }));
          noteEnd(mine, end);
        },
        (error) => noteFailure(mine, error, live),
      )
      .catch(() => live.child.kill()) // its record can’t be written
      .finally(() => {
        for (const answer of mine.asked.values()) answer(null);
        if (work === mine) work = null;
      });
  }

  async function interrupt(): Promise<void> {
    const live = running();
    const now = work;
    if (live === null || now === null) return;
    for (const answer of now.asked.values()) answer(null);
    live.agent.cancel(live.kept.sessionId);
    const over = now.over.then(() => true);
    const milliseconds = limits.cancelMs ?? CANCEL_MS;
    if ((await pTimeout(over, { milliseconds, message: false })) !== true) await end();
  }

  return {
    find: async () => running(),
    terminal: async () => null,
    async look(): Promise<Reading | null> {
      if (starting !== null) return { state: 'starting' };
      if (running() === null) return null;
      return { state: work === null ? 'ready' : 'busy', box: 'empty' };
    },
    watched: async () => false,
    ready: (paths, signal, { resumes }) =>
      inTurn(async () => {
        if (work !== null) await interrupt();
        const live = running();
        if (live !== null && isolation.fits(session) && live.kept.conversation === paths.conversation) return live;
        await end();
        if (!resumes()) throw new ConversationLost();
        options.instructions(); // without them nothing is submitted, so nothing is started
        current = await options.starts(() => start(paths, signal));
        return current;
      }),
    load,
    interrupt,
    end,
    attachCommand: () => null,
    decide(turnId, approvalId, decision) {
      const answer = work?.recorder.turnId === turnId ? work.asked.get(approvalId) : undefined;
      if (answer === undefined) throw new PaliadinError('conflict', 'this is not asked any more');
      answer(decision);
    },
  };
}

/** How it ended, if it ends within moments. */
async function endOf(child: GuardedChild): Promise<string | null> {
  return (await pTimeout(child.ended, { milliseconds: EXIT_MS, message: false })) ?? null;
}

/** The session to take up for this conversation; null to begin one. */
export function keptFor({ directory, conversation }: AgentPaths, command: string): KeptSession | null {
  const kept = readKept(directory);
  if (kept?.conversation !== conversation || kept.command !== command || !kept.resumes) return null;
  return kept;
}

/** Where files are that came with questions: it may read them. */
function rootsOf({ files }: AgentPaths): string[] {
  return files === undefined ? [] : [files];
}

const ENDED = () => new PaliadinError('agent_stopped', 'the agent has ended; nothing was submitted');

/** Why an answer is not whole. */
const CUT: Partial<Record<AgentTurnEnd['stop'], string>> = {
  max_tokens: 'the answer reached the model’s limit of tokens',
  max_turn_requests: 'the agent reached its limit of requests to the model for one question',
  refusal: 'the agent refused to go on',
};
const LIMIT = /\b(usage|rate|session|weekly|spend\w*) limit|quota|\b429\b/i;
// A program that has closed its output ends within moments.
const EXIT_MS = 1_000;
// To write down its conversation; the turn has ended by then.
const GRACE_MS = 2_000;
const CANCEL_MS = 5_000;
const MAX_ASKED = 50;
