/** `POST /ag-ui`: one run of AG-UI 1.0, as an adapter over the same turns. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decision } from '../../contract/approval.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { type ApprovalRequest, DENY, type Decision, isFinal } from '../../contract/turn.ts';
import { userOf } from '../authenticate.ts';
import { decideAll, yesOrNo } from '../edge/approval-ids.ts';
import { type AskNeeds, askOnce } from '../edge/ask-once.ts';
import { conversationOf, newestTurns } from '../edge/conversations.ts';
import { handOver } from '../edge/hand-over.ts';
import { FieldError, inWords } from '../edge/problem.ts';
import { followToInterrupt } from '../edge/to-interrupt.ts';
import { answerErrorAs } from '../errors.ts';
import { guards } from '../guards.ts';
import type { InlineBodies } from '../inline-bodies.ts';
import { localeOf } from '../locale.ts';
import type { App, ServerOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { agUiFormat, runEvents } from './run-events.ts';
import { pageContext, questionOf, type RunInput, runInput } from './run-input.ts';

interface Needs extends Pick<ServerOptions, 'turns' | 'services' | 'approvalMs'> {
  streams: Streams;
  bodies: InlineBodies;
}

export async function agUiRoutes(
  app: App,
  options: Omit<Needs, 'streams' | 'bodies'>,
  edges: Pick<Needs, 'streams' | 'bodies'>,
): Promise<void> {
  const needs = { ...options, ...edges };
  await app.register(async (edge: App) => {
    edge.setErrorHandler((thrown, request, reply) =>
      answerErrorAs(thrown, request, reply, ({ body: { code, ...body } }) => {
        void reply.send({ type: 'RUN_ERROR', message: inWords(body), code });
      }),
    );
    edge.post(
      '/ag-ui',
      {
        bodyLimit: needs.bodies.bodyLimit,
        config: { guard: guards.ask, inlineFiles: true },
        schema: { hide: true, summary: 'A run of AG-UI', body: runInput },
      },
      async (request, reply) => await run(request, reply, request.body, needs),
    );
  });
}

async function run(
  request: FastifyRequest,
  reply: FastifyReply,
  input: RunInput,
  { turns, services, streams, bodies, approvalMs = null }: Needs,
): Promise<FastifyReply> {
  const { threadId, runId } = input;
  const userId = userOf(request).id;
  const locale = localeOf(request);
  streams.requireRoom(request); // before anything is accepted
  const { turnId, after } = await turnOf(input, { turns, attachments: services.attachments, userId, locale });
  request.turnId = turnId;
  bodies.done(request);
  return streams.sendAs(
    request,
    reply.code(200),
    (signal) =>
      runEvents(followToInterrupt(turns, { userId, turnId, locale, signal }, after), {
        threadId,
        runId,
        turnId,
        approvalMs,
        part: after.length === 0 ? '' : `-after-${after.join('-')}`,
      }),
    { format: agUiFormat(locale) },
  );
}

/** The turn of this run, and the approvals after which the run begins. */
async function turnOf(
  input: RunInput,
  { turns, attachments, userId, locale }: AskNeeds & Pick<Needs, 'turns'> & { userId: string; locale: string },
): Promise<{ turnId: string; after: string[] }> {
  const sessionId = conversationOf(input.threadId);
  const newest = (await newestTurns(turns, { userId, sessionId })) ?? [];
  const { resume } = input;
  if (resume != null && resume.length > 0) {
    const decisions = resume.map(({ interruptId, status, payload }, at) => ({
      key: interruptId,
      param: `resume[${at}].interruptId`,
      decisionFor: (approval: ApprovalRequest) => toDecision(approval, status, payload, `resume[${at}].payload`),
    }));
    const { turnId, approvalIds } = await decideAll(
      turns,
      { userId, sessionId: newest[0]?.sessionId, locale },
      decisions,
    );
    return { turnId, after: approvalIds };
  }
  // A run that broke off is taken up again: its turn has gone on meanwhile.
  const key = keyOf(input);
  const known = newest.find(({ idempotencyKey }) => idempotencyKey === key);
  if (known !== undefined) return { turnId: known.turnId, after: [] };
  const open = newest.find(({ status }) => !isFinal(status));
  if (open !== undefined) {
    const what =
      open.status === 'waiting' ? 'waits for a decision: resume it' : 'is not over: wait for its end, or stop it';
    throw new PaliadinError('conflict', `another run of this thread ${what}`);
  }
  const { question, files, before } = questionOf(input);
  // The agent knows what was said in a conversation of its own.
  const told = newest.length === 0 ? before : [];
  const context = [pageContext(input), handOver(told)].filter((text) => text !== undefined).join('\n\n');
  const { turn } = await askOnce(
    { turns, attachments },
    { userId, sessionId, begins: true, message: question, files, locale, ...(context !== '' && { context }) },
    key,
  );
  return { turnId: turn.turnId, after: [] };
}

/** @throws FieldError */
function toDecision(approval: ApprovalRequest, status: string, payload: unknown, param: string): Decision {
  if (status === 'cancelled') return { option: DENY };
  const { approved, reason } = (payload ?? {}) as { approved?: unknown; reason?: unknown };
  if (typeof approved === 'boolean') {
    return yesOrNo(approval, approved, typeof reason === 'string' ? reason : undefined, param);
  }
  const read = decision.safeParse(payload);
  if (read.success) return read.data;
  throw new FieldError(param, 'has to fit the interrupt’s responseSchema: {"option": …}; or {"approved": true}');
}

/** Of any length, and of any characters. */
function keyOf({ threadId, runId }: RunInput): string {
  return `ag-ui:${createHash('sha256')
    .update(JSON.stringify([threadId, runId]))
    .digest('hex')}`;
}
