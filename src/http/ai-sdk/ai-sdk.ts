/** The AI SDK's UI message stream: `POST /api/chat`, and `GET /api/chat/ID/stream` after a reload. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PaliadinError } from '../../contract/errors.ts';
import { type ApprovalRequest, isFinal } from '../../contract/turn.ts';
import { userOf } from '../authenticate.ts';
import { decideAll, yesOrNo } from '../edge/approval-ids.ts';
import { type AskNeeds, askOnce } from '../edge/ask-once.ts';
import { conversationOf, newestTurns } from '../edge/conversations.ts';
import { handOver } from '../edge/hand-over.ts';
import { followToInterrupt } from '../edge/to-interrupt.ts';
import { guards } from '../guards.ts';
import type { InlineBodies } from '../inline-bodies.ts';
import { localeOf } from '../locale.ts';
import type { App, ServerOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { type ChatBody, chatBody, decisionsOf, questionOf } from './chat-body.ts';
import { messageChunks, uiMessageFormat } from './message-chunks.ts';

interface Needs extends Pick<ServerOptions, 'turns' | 'services'> {
  streams: Streams;
  bodies: InlineBodies;
}

export function aiSdkRoutes(
  app: App,
  { turns, services }: Omit<Needs, 'streams' | 'bodies'>,
  { streams, bodies }: Pick<Needs, 'streams' | 'bodies'>,
): void {
  const { attachments } = services;

  app.post(
    '/api/chat',
    {
      bodyLimit: bodies.bodyLimit,
      config: { guard: guards.ask, inlineFiles: true },
      schema: { hide: true, summary: 'A message of the AI SDK’s useChat', body: chatBody },
    },
    async (request, reply) => {
      streams.requireRoom(request); // before anything is accepted
      const { turnId, after } = await turnOf(request, request.body, { turns, attachments });
      bodies.done(request);
      return send(request, reply, { turnId, after });
    },
  );

  app.get(
    '/api/chat/:id/stream',
    {
      config: { guard: guards.read },
      schema: {
        hide: true,
        summary: 'The answer that is being written, from its beginning',
        params: z.object({ id: z.string() }),
      },
    },
    async (request, reply) => {
      const sessionId = conversationOf(request.params.id);
      const newest = await newestTurns(turns, { userId: userOf(request).id, sessionId });
      const open = newest?.find(({ status }) => !isFinal(status));
      if (open === undefined) return reply.code(204).send();
      return send(request, reply, { turnId: open.turnId, after: [] });
    },
  );

  function send(
    request: FastifyRequest,
    reply: FastifyReply,
    { turnId, after }: { turnId: string; after: string[] },
  ): FastifyReply {
    request.turnId = turnId;
    const userId = userOf(request).id;
    const locale = localeOf(request);
    return streams.sendAs(
      request,
      reply.code(200),
      (signal) =>
        messageChunks(followToInterrupt(turns, { userId, turnId, locale, signal }, after), {
          turnId,
          resumed: after.length > 0,
        }),
      { format: uiMessageFormat(locale), headers: { 'x-vercel-ai-ui-message-stream': 'v1' } },
    );
  }
}

/** The turn that answers, and the approvals after which its answer goes on. */
async function turnOf(
  request: FastifyRequest,
  body: ChatBody,
  { turns, attachments }: AskNeeds & Pick<Needs, 'turns'>,
): Promise<{ turnId: string; after: string[] }> {
  const userId = userOf(request).id;
  const locale = localeOf(request);
  const sessionId = conversationOf(body.id);
  const newest = (await newestTurns(turns, { userId, sessionId })) ?? [];
  const decisions = decisionsOf(body).map(({ key, approved, reason, param }) => ({
    key,
    param,
    decisionFor: (approval: ApprovalRequest) => yesOrNo(approval, approved, reason, param),
  }));
  if (decisions.length > 0) {
    // Earlier messages of the same turn bring the decisions that were made before.
    const { turnId, approvalIds } = await decideAll(
      turns,
      { userId, sessionId: newest[0]?.sessionId, locale },
      decisions,
    );
    return { turnId, after: approvalIds };
  }
  const { question, files, messageId, before } = questionOf(body);
  // The same message again is the same turn, unless another answer is wanted.
  const key =
    body.trigger === 'regenerate-message' || messageId === undefined
      ? undefined
      : keyOf(body.id, messageId, question, ...files.map(({ data }) => data));
  const known = newest.find(({ idempotencyKey }) => idempotencyKey !== null && idempotencyKey === key);
  if (known !== undefined) return { turnId: known.turnId, after: [] };
  if (newest.some(({ status }) => status === 'waiting')) {
    throw new PaliadinError('conflict', 'the agent waits for a decision in this chat: approve or deny it first');
  }
  // The agent knows what was said in a conversation of its own.
  const context = handOver(newest.length === 0 ? before : []);
  const { turn } = await askOnce(
    { turns, attachments },
    { userId, sessionId, begins: true, message: question, files, locale, ...(context !== undefined && { context }) },
    key,
  );
  return { turnId: turn.turnId, after: [] };
}

function keyOf(...parts: string[]): string {
  const hash = createHash('sha256');
  // With its length, so that no two lists of parts are the same text; files are long, and are not copied.
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return `ai-sdk:${hash.digest('hex')}`;
}
