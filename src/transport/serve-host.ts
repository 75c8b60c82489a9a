/** The host's end of a channel: an ACP agent that represents a `Host`. */
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { z } from 'zod';
import { refusedResult, type TurnTools } from '../contract/app-tools.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { Host, HostOutcome, HostPrompt, HostUpdate } from '../contract/host.ts';
import { cleanText, sanitise } from '../contract/sanitise.ts';
import type { ScreenView } from '../contract/screen.ts';
import { type ApprovalRequest, DENY, type Decision } from '../contract/turn.ts';
import { visible } from '../contract/visible.ts';
import {
  type AgentContext,
  acpStream,
  agent,
  fromRequestError,
  methods,
  PROTOCOL_VERSION,
  type RequestPermissionResponse,
  toRequestError,
} from './acp.ts';
import {
  acknowledgeParams,
  appToolsCallResult,
  appToolsListResult,
  attachmentParams,
  decisionMeta,
  healthParams,
  leaveParams,
  nothing,
  type permissionMeta,
  promptMeta,
  resetParams,
  sessionParams,
  turnFromParams,
  turnParams,
  type updateMeta,
  watchParams,
} from './acp-shapes.ts';
import { extension } from './extension.ts';
import { retryUntilHeard } from './retry-until-heard.ts';

/** Serves `host` over the stream until it closes. Running turns continue without it. */
export async function serveHost(host: Host, duplex: Duplex): Promise<void> {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const app = agent({ name: 'paliadin' });

  app.onRequest(methods.agent.initialize, () => ({
    protocolVersion: PROTOCOL_VERSION,
    agentCapabilities: { loadSession: false, _meta: { paliadin: host.identity } },
    agentInfo: { name: 'paliadin', version: host.identity.version },
  }));
  app.onRequest(methods.agent.session.new, ({ params }) => {
    if (params._meta?.paliadin === undefined) return { sessionId: `acp-${randomUUID().slice(0, 8)}` };
    return { sessionId: sessionParams.parse(params._meta.paliadin).session };
  });
  app.onRequest(methods.agent.session.prompt, ({ params, client }) =>
    answering(async () => {
      const asked = params._meta?.paliadin === undefined ? null : promptMeta.parse(params._meta.paliadin);
      const prompt = toHostPrompt(params.sessionId, textOf(params.prompt), asked);
      const traceparent = params._meta?.traceparent;
      if (typeof traceparent === 'string') prompt.traceparent = traceparent;
      const outcome = await host.prompt(
        prompt,
        (update) => tell(host, client, prompt, update),
        prompt.appTools ? toolsOf(client, prompt) : undefined,
      );
      return toPromptResponse(outcome, asked !== null);
    }),
  );
  app.onNotification(methods.agent.session.cancel, async ({ params }) => {
    const named = turnParams.safeParse(params._meta?.paliadin);
    if (named.success) return host.cancel(named.data.session, named.data.turnId);
    const running = (await host.sessions()).find(({ session }) => session === params.sessionId)?.running;
    if (running) await host.cancel(params.sessionId, running);
  });

  function serve<P, R>(method: string, params: z.ZodType<P>, handle: (params: P) => Promise<R>): void {
    app.onRequest(
      method,
      (raw: unknown) => params.parse(raw),
      ({ params: parsed }) => answering(() => handle(parsed)),
    );
  }
  serve(extension.health, healthParams, async ({ session }) => {
    const room = await host.health(session);
    return room === null ? {} : { room };
  });
  serve(extension.turn, turnFromParams, ({ session, turnId, from }) => host.turn(session, turnId, from));
  serve(extension.attachment, attachmentParams, async ({ data, ...piece }) => {
    if (host.putAttachment === undefined) throw new PaliadinError('shim_outdated', 'this host takes no files');
    return { have: await host.putAttachment({ ...piece, bytes: Buffer.from(data, 'base64') }) };
  });
  serve(extension.reset, resetParams, async ({ session, forget }) => {
    await host.reset(session, { forget });
    return {};
  });
  serve(extension.acknowledge, acknowledgeParams, async ({ session, turnId, forget }) => {
    return { cost: await host.acknowledge(session, turnId, { forget }) };
  });
  serve(extension.attach, sessionParams, async ({ session }) => ({ command: await host.attach(session) }));
  serve(extension.sessions, nothing, async () => ({ sessions: await host.sessions() }));
  serve(extension.hibernate, sessionParams, async ({ session }) => ({ hibernated: await host.hibernate(session) }));
  const watches = new Map<number, AbortController>();
  app.onRequest(
    extension.watchScreen,
    (raw: unknown) => watchParams.parse(raw),
    ({ params: { session, watch }, client }) =>
      answering(async () => {
        if (watches.has(watch)) throw new PaliadinError('conflict', 'this watch number is in use');
        if (watches.size >= MAX_WATCHES)
          throw new PaliadinError('rate_limited', `${MAX_WATCHES} terminals are being watched, which is the limit`);
        const leave = new AbortController();
        watches.set(watch, leave);
        try {
          const show = (screen: ScreenView) => client.notify(extension.screen, { watch, screen });
          await host.watchScreen(session, show, leave.signal);
        } finally {
          watches.delete(watch);
        }
        return {};
      }),
  );
  app.onNotification(
    extension.leaveScreen,
    (raw: unknown) => leaveParams.parse(raw),
    ({ params }) => watches.get(params.watch)?.abort(),
  );
  serve(extension.shutdown, nothing, async () => {
    await host.shutdown();
    return {};
  });
  serve(extension.retire, nothing, async () => ({ retired: await host.retire() }));

  const connection = app.connect(acpStream(duplex));
  const stopTelling = host.onLate((late) => {
    connection.client.notify(extension.late, late).catch(() => {}); // on record; a client that reconnects asks for it
  });
  connection.signal.addEventListener('abort', () => close());
  duplex.once('close', () => close());
  await closed;
  stopTelling();
  for (const leave of watches.values()) leave.abort();
}

/** The application's tools, which the gateway at the other end of this channel offers for the turn. */
function toolsOf(client: AgentContext, { session, turnId }: HostPrompt): TurnTools {
  const ask = async <T>(method: string, params: object, shape: z.ZodType<T>): Promise<T> => {
    try {
      return shape.parse(await client.request(method, params));
    } catch (error) {
      throw fromRequestError(error) ?? new PaliadinError('mriver_unreachable', NO_ANSWER, { cause: error });
    }
  };
  return {
    list: async () => (await ask(extension.appToolsList, { session, turnId }, appToolsListResult)).tools,
    async call(call, signal) {
      if (signal.aborted) return refusedResult('The call was cancelled.');
      const cancel = () => {
        const about = { session, turnId, id: call.id };
        client.notify(extension.appToolsCancel, about).catch(() => {}); // a broken channel cancels nothing
      };
      signal.addEventListener('abort', cancel);
      try {
        return await ask(extension.appToolsCall, { session, turnId, call }, appToolsCallResult);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}

const NO_ANSWER = 'the gateway went away before it answered';

/** For every caller: removes control characters that the terminal would obey. */
function toHostPrompt(session: string, message: string, asked: z.infer<typeof promptMeta> | null): HostPrompt {
  if (asked === null)
    return { session, turnId: randomUUID(), message: sanitise(message), fence: 0, from: 0, known: false };
  const { idempotencyKey: turnId, context, earlier, ...rest } = asked;
  const clean = (text: string | undefined) => (text === undefined ? undefined : cleanText(text));
  return { session, turnId, message: sanitise(message), context: clean(context), earlier: clean(earlier), ...rest };
}

function textOf(blocks: { type: string; text?: string }[]): string {
  return blocks.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('');
}

/** A client that knows the extensions gets the whole outcome; for any other client, a failure is an error. */
function toPromptResponse(outcome: HostOutcome, extended: boolean) {
  if (!extended && outcome.state !== 'done' && outcome.state !== 'cancelled') {
    throw new PaliadinError(outcome.code ?? 'internal', outcome.detail);
  }
  const stopReason = outcome.state === 'cancelled' ? ('cancelled' as const) : ('end_turn' as const);
  return { stopReason, _meta: { paliadin: outcome } };
}

/** A client that was disconnected gets the update again when it joins. */
function tell(host: Host, client: AgentContext, prompt: HostPrompt, update: HostUpdate): void {
  const told = update.type === 'approval' ? ask(host, client, prompt, update.approval) : send(client, prompt, update);
  told.catch(() => {});
}

/**
 * Asks this client, among others. The first answer counts; the other clients are then told that the request is closed.
 */
async function ask(host: Host, client: AgentContext, { session, turnId }: HostPrompt, approval: ApprovalRequest) {
  const options = approval.options.map(({ id, label }) => ({
    optionId: id,
    name: visible(label, { line: true }),
    kind: id === DENY ? ('reject_once' as const) : ('allow_once' as const),
  }));
  const { id: toolCallId, fields, detail } = approval;
  const title = visible(approval.title, { line: true });
  // The text form of the fields hides nothing already.
  const text = detail === undefined || fields !== undefined ? detail : visible(detail);
  const content = text === undefined ? [] : [{ type: 'content' as const, content: { type: 'text' as const, text } }];
  const request = {
    sessionId: session,
    toolCall: { toolCallId, title, content },
    options,
    _meta: { paliadin: { turnId, approval } satisfies z.infer<typeof permissionMeta> },
  };
  let gone = false;
  const askOnce = async () => {
    gone = true; // true unless the client answers
    const answer: RequestPermissionResponse = await client.request(methods.client.session.requestPermission, request);
    gone = false;
    if (answer.outcome.outcome !== 'selected') return;
    const more = decisionMeta.parse(answer._meta?.paliadin ?? {});
    await host.decide(session, turnId, approval.id, toDecision(answer.outcome.optionId, more));
  };
  // The same client is asked again while the agent waits and has not received a decision.
  await retryUntilHeard(askOnce, { isOver: () => gone, onError: () => {} });
}

/** For every client: removes control characters that the agent's terminal would obey. */
function toDecision(option: string, { message, answers }: z.infer<typeof decisionMeta>): Decision {
  const clean = Object.entries(answers ?? {}).map(([question, answer]) => [question, cleanText(answer)]);
  return {
    option,
    ...(message !== undefined && { message: cleanText(message) }),
    ...(answers !== undefined && { answers: Object.fromEntries(clean) }),
  };
}

type Sent = Exclude<HostUpdate, { type: 'approval' }>;

function send(client: AgentContext, { session, turnId }: HostPrompt, update: Sent): Promise<unknown> {
  const _meta = { paliadin: { turnId } satisfies z.infer<typeof updateMeta> };
  switch (update.type) {
    case 'running':
      return client.notify(extension.running, { session, turnId });
    case 'chunk': {
      const at = { paliadin: { turnId, offset: update.offset } };
      const content = { type: 'text' as const, text: update.text };
      const chunk = { sessionUpdate: 'agent_message_chunk' as const, content, _meta: at };
      return client.notify(methods.client.session.update, { sessionId: session, update: chunk });
    }
    case 'tool': {
      const { id: toolCallId, title, status } = update.tool;
      const sessionUpdate = status === 'running' ? ('tool_call' as const) : ('tool_call_update' as const);
      const call = { sessionUpdate, toolCallId, title, status: acpStatus[status], _meta };
      return client.notify(methods.client.session.update, { sessionId: session, update: call });
    }
    case 'approval-closed':
      return client.notify(extension.approvalClosed, { session, turnId, id: update.id });
    case 'notice':
      return client.notify(extension.notice, { session, turnId, notice: update.notice });
    case 'presence':
      return Promise.resolve(); // a host does not know how it is reached
  }
}

// Each costs one picture every quarter of a second.
const MAX_WATCHES = 20;

const acpStatus = { running: 'in_progress', done: 'completed', failed: 'failed' } as const;

async function answering<T>(handle: () => Promise<T>): Promise<T> {
  try {
    return await handle();
  } catch (error) {
    throw toRequestError(error);
  }
}
