/** The gateway's end of a channel: a `Host` at the other end of the stream. */
import type { Duplex } from 'node:stream';
import pTimeout from 'p-timeout';
import type { z } from 'zod';
import type { TurnTools } from '../contract/app-tools.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { Host, HostIdentity, HostPrompt, HostUpdate } from '../contract/host.ts';
import type { ScreenView } from '../contract/screen.ts';
import type { Decision, ToolProgress } from '../contract/turn.ts';
import {
  acpStream,
  client,
  fromRequestError,
  methods,
  PROTOCOL_VERSION,
  type PromptRequest,
  type PromptResponse,
  type SessionUpdate,
  type ToolCallStatus,
  toRequestError,
} from './acp.ts';
import {
  acknowledgeResult,
  approvalClosedParams,
  appToolsCallParams,
  appToolsCancelParams,
  attachmentResult,
  attachResult,
  healthResult,
  hibernateResult,
  identityMeta,
  noticeParams,
  outcomeMeta,
  permissionMeta,
  retireResult,
  screenParams,
  sessionsResult,
  turnParams,
  turnResult,
  updateMeta,
} from './acp-shapes.ts';
import { extension } from './extension.ts';

export interface HostChannel extends Host {
  /** True: there is one open connection, whose end is the end of the channel. False: each call opens its own. */
  readonly connected: boolean;
  /** Resolves when the channel has closed. */
  readonly closed: Promise<void>;
  close(): void;
}

/** In milliseconds. */
export interface ChannelDeadlines {
  /** For the other end to identify itself. */
  helloMs?: number;
  /** For requests that are answered at once. */
  answerMs?: number;
  /** For requests that wait for agents. */
  workMs?: number;
}

/**
 * Opens a channel over the stream, whose other end has `helloMs` to identify itself. If the channel ends during a call,
 * the call rejects with `mriver_unreachable`: its outcome is then unknown, and the same request again joins it. A call
 * without an answer in time rejects with `timeout`, except a turn, which has no limit: `keep-alive` checks whether the
 * other end responds.
 */
export async function reachHost(
  duplex: Duplex,
  { answerMs = ANSWER_MS, workMs = WORK_MS, ...more }: ChannelDeadlines = {},
): Promise<HostChannel> {
  const { helloMs = answerMs } = more;
  const watchers = new Map<string, (update: HostUpdate) => void>();
  /** Keyed by turn and approval: an agent counts its own, so two turns may use the same id. */
  const approvals = new Map<string, (decision: Decision | null) => void>();
  const lateListeners = new Set<(late: { session: string; turnId: string }) => void>();
  const tools = new Map<string, TurnTools>();
  const calls = new Map<string, AbortController>();
  const screens = new Map<number, (screen: ScreenView) => Promise<void>>();
  let watches = 0;
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();

  const app = client({ name: 'paliadin' });
  app.onNotification(methods.client.session.update, ({ params: { update } }) => {
    const meta = updateMeta.safeParse('_meta' in update ? update._meta?.paliadin : undefined);
    const told = meta.success ? toHostUpdate(update, meta.data.offset) : null;
    if (meta.success && told !== null) watchers.get(meta.data.turnId)?.(told);
  });
  app.onNotification(
    extension.running,
    (raw) => turnParams.parse(raw),
    ({ params }) => {
      watchers.get(params.turnId)?.({ type: 'running' });
    },
  );
  app.onNotification(
    extension.late,
    (raw) => turnParams.parse(raw),
    ({ params }) => {
      for (const tell of lateListeners) tell(params);
    },
  );
  app.onNotification(
    extension.approvalClosed,
    (raw) => approvalClosedParams.parse(raw),
    ({ params }) => {
      approvals.get(`${params.turnId} ${params.id}`)?.(null);
      watchers.get(params.turnId)?.({ type: 'approval-closed', id: params.id });
    },
  );
  app.onNotification(
    extension.notice,
    (raw) => noticeParams.parse(raw),
    ({ params: { turnId, notice } }) => {
      watchers.get(turnId)?.({ type: 'notice', notice });
    },
  );
  app.onNotification(
    extension.screen,
    (raw) => screenParams.parse(raw),
    ({ params }) => screens.get(params.watch)?.(params.screen),
  );
  // The agent's request stays open until somebody decides, here or elsewhere; the watcher gets the question as an
  // update.
  app.onRequest(methods.client.session.requestPermission, async ({ params }) => {
    const { turnId, approval } = permissionMeta.parse(params._meta?.paliadin);
    const watcher = watchers.get(turnId);
    if (watcher === undefined) return { outcome: { outcome: 'cancelled' } };
    const asked = Promise.withResolvers<Decision | null>();
    const key = `${turnId} ${approval.id}`;
    approvals.set(key, asked.resolve);
    watcher({ type: 'approval', approval });
    const decision = await Promise.race([closed.then(() => null), asked.promise]);
    if (approvals.get(key) === asked.resolve) approvals.delete(key);
    if (decision === null) return { outcome: { outcome: 'cancelled' } };
    const { option, ...more } = decision;
    return { outcome: { outcome: 'selected', optionId: option }, _meta: { paliadin: more } };
  });

  /** Of a turn that this end runs, in the session that it belongs to. */
  const toolsOf = (session: string, turnId: string): TurnTools => {
    const found = tools.get(`${session} ${turnId}`);
    if (found === undefined) throw new PaliadinError('not_found', 'no turn with the application’s tools runs here');
    return found;
  };
  app.onRequest(
    extension.appToolsList,
    (raw) => turnParams.parse(raw),
    ({ params: { session, turnId } }) => answering(async () => ({ tools: await toolsOf(session, turnId).list() })),
  );
  app.onRequest(
    extension.appToolsCall,
    (raw) => appToolsCallParams.parse(raw),
    ({ params: { session, turnId, call } }) =>
      answering(async () => {
        const key = `${session} ${turnId} ${call.id}`;
        const stop = new AbortController();
        calls.set(key, stop);
        try {
          return await toolsOf(session, turnId).call(call, stop.signal);
        } finally {
          if (calls.get(key) === stop) calls.delete(key);
        }
      }),
  );
  app.onNotification(
    extension.appToolsCancel,
    (raw) => appToolsCancelParams.parse(raw),
    ({ params: { session, turnId, id } }) => calls.get(`${session} ${turnId} ${id}`)?.abort(),
  );

  const connection = app.connect(acpStream(duplex));
  connection.signal.addEventListener('abort', () => close());
  duplex.once('close', () => close());
  const known = new Set<string>();

  async function call<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof PaliadinError) throw error;
      throw fromRequestError(error) ?? new PaliadinError(...whatFailed(error));
    }
  }

  function whatFailed(error: unknown): [code: 'mriver_unreachable' | 'shim_error', detail: string, { cause: unknown }] {
    if (connection.signal.aborted) return ['mriver_unreachable', CHANNEL_CLOSED, { cause: error }];
    return ['shim_error', error instanceof Error ? error.message : 'the host answered with an error', { cause: error }];
  }

  const ask = (method: string, params: object, ms = answerMs): Promise<unknown> =>
    call(() =>
      pTimeout(connection.agent.request(method, params), { milliseconds: ms, message: unanswered(method, ms) }),
    );
  const extend = async <T>(method: string, params: object, shape: z.ZodType<T>, ms?: number): Promise<T> => {
    const answer = await ask(method, params, ms);
    return call(async () => shape.parse(answer));
  };
  const tell = async (method: string, params: object, ms?: number): Promise<void> =>
    void (await ask(method, params, ms));

  /** A turn that is over has no open requests, whether or not its agent could still report that. */
  function forgetApprovals(turnId: string): void {
    for (const [key, answer] of approvals) {
      if (!key.startsWith(`${turnId} `)) continue;
      approvals.delete(key);
      answer(null);
    }
  }

  /** ACP requires a session to be created before its first prompt; the name is the id. */
  async function introduce(session: string): Promise<void> {
    if (known.has(session)) return;
    const _meta = { paliadin: { session } };
    await ask(methods.agent.session.new, { cwd: '/', mcpServers: [], _meta });
    known.add(session);
  }

  const identity = await firstAnswer();

  /** A daemon that hangs, or was stopped, still accepts connections. */
  async function firstAnswer(): Promise<HostIdentity> {
    const hello = call(() => greet(connection.agent.request.bind(connection.agent)));
    try {
      const message = new PaliadinError('mriver_unreachable', SILENT);
      return await pTimeout(hello, { milliseconds: helloMs, message });
    } catch (error) {
      duplex.destroy();
      throw error;
    }
  }

  return {
    identity,
    connected: true,
    closed,
    close: () => duplex.destroy(),
    health: async (session) => (await extend(extension.health, { session }, healthResult)).room ?? null,
    async prompt(prompt, onUpdate, offered) {
      await introduce(prompt.session);
      watchers.set(prompt.turnId, onUpdate);
      const toolsKey = `${prompt.session} ${prompt.turnId}`;
      if (offered !== undefined) tools.set(toolsKey, offered);
      try {
        const asked = () =>
          connection.agent.request(methods.agent.session.prompt, toPrompt(prompt, offered !== undefined));
        const response: PromptResponse = await call(asked);
        return outcomeMeta.parse(response._meta?.paliadin);
      } finally {
        watchers.delete(prompt.turnId);
        tools.delete(toolsKey);
        forgetApprovals(prompt.turnId);
      }
    },
    putAttachment: async ({ bytes, ...piece }) => {
      const data = Buffer.from(bytes).toString('base64');
      return (await extend(extension.attachment, { ...piece, data }, attachmentResult, workMs)).have;
    },
    turn: (session, turnId, from) => extend(extension.turn, { session, turnId, from }, turnResult),
    cancel: (session, turnId) => {
      const _meta = { paliadin: { session, turnId } };
      return call(() => connection.agent.notify(methods.agent.session.cancel, { sessionId: session, _meta }));
    },
    async decide(_session, turnId, id, decision) {
      const answer = approvals.get(`${turnId} ${id}`);
      if (answer === undefined) throw new PaliadinError('not_found', 'this approval is no longer open');
      answer(decision);
    },
    reset: (session, options) => tell(extension.reset, { session, ...options }, workMs),
    acknowledge: async (session, turnId, options) =>
      (await extend(extension.acknowledge, { session, turnId, ...options }, acknowledgeResult, workMs)).cost ?? null,
    attach: async (session) => (await extend(extension.attach, { session }, attachResult)).command,
    sessions: async () => (await extend(extension.sessions, {}, sessionsResult)).sessions,
    hibernate: async (session) => (await extend(extension.hibernate, { session }, hibernateResult, workMs)).hibernated,
    async watchScreen(session, show, signal) {
      const watch = watches++;
      screens.set(watch, show);
      const leave = () => {
        connection.agent.notify(extension.leaveScreen, { watch }).catch(() => {}); // a broken channel has left, too
      };
      signal.addEventListener('abort', leave);
      try {
        // Open as long as somebody watches.
        if (!signal.aborted) await call(() => connection.agent.request(extension.watchScreen, { session, watch }));
      } finally {
        signal.removeEventListener('abort', leave);
        screens.delete(watch);
      }
    },
    retire: async () => (await extend(extension.retire, {}, retireResult)).retired,
    shutdown: () => tell(extension.shutdown, {}, workMs),
    onLate(listener) {
      lateListeners.add(listener);
      return () => lateListeners.delete(listener);
    },
  };
}

type Request = (
  method: 'initialize',
  params: { protocolVersion: number; clientCapabilities: object },
) => Promise<{
  agentCapabilities?: { _meta?: Record<string, unknown> | null } | null;
}>;

async function greet(request: Request): Promise<HostIdentity> {
  const hello = await request(methods.agent.initialize, { protocolVersion: PROTOCOL_VERSION, clientCapabilities: {} });
  return identityMeta.parse(hello.agentCapabilities?._meta?.paliadin);
}

async function answering<T>(handle: () => Promise<T>): Promise<T> {
  try {
    return await handle();
  } catch (error) {
    throw toRequestError(error);
  }
}

function toPrompt(
  { session, turnId, message, handedOver: _, attachmentSource: __, traceparent, ...rest }: HostPrompt,
  appTools: boolean,
): PromptRequest {
  return {
    sessionId: session,
    prompt: [{ type: 'text', text: message }],
    // Where ACP has it for all agents.
    _meta: {
      ...(traceparent !== undefined && { traceparent }),
      paliadin: { idempotencyKey: turnId, ...rest, ...(appTools && { appTools }) },
    },
  };
}

function toHostUpdate(update: SessionUpdate, offset: number | undefined): HostUpdate | null {
  if (update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text') {
    return { type: 'chunk', offset: offset ?? 0, text: update.content.text };
  }
  if (update.sessionUpdate === 'tool_call' || update.sessionUpdate === 'tool_call_update') {
    const { toolCallId: id, title, status } = update;
    return { type: 'tool', tool: { id, title: title ?? '', status: toolStatus[status ?? 'in_progress'] } };
  }
  return null;
}

const toolStatus: Record<NonNullable<ToolCallStatus>, ToolProgress['status']> = {
  pending: 'running',
  in_progress: 'running',
  completed: 'done',
  failed: 'failed',
};

function unanswered(method: string, ms: number): PaliadinError {
  return new PaliadinError('timeout', `the host daemon has not answered ${method} within ${ms / 1000} s`);
}

// A daemon that has just started on a busy machine takes some seconds; with ssh, login and shim come first.
const ANSWER_MS = 15_000;
// For requests that wait for agents: for one to be interrupted and ended, or for one that is just starting (30 s).
const WORK_MS = 60_000;
const SILENT = 'the host daemon takes connections and does not answer; if that stays so, end its process';
const CHANNEL_CLOSED = 'the channel to the host closed';
