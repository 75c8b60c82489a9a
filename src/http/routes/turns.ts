import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { askBody, feedback, historyPage, historyQuery, turnView } from '../../contract/api.ts';
import { approvalId, decision } from '../../contract/approval.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { userOf } from '../authenticate.ts';
import { guards } from '../guards.ts';
import { localeOf } from '../locale.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { streamResponse, turnParams } from './shapes.ts';

type Needs = Pick<ServerOptions, 'turns'>;

export function turnRoutes(app: App, options: Needs, streams: Streams): void {
  const { turns } = options;

  app.post(
    '/api/turns',
    {
      config: { guard: guards.ask },
      schema: {
        summary: 'Ask',
        description:
          'Accepts the question and answers 202 with the turn; with `Accept: text/event-stream`, 200 with the turn’s ' +
          'events. Repeated with the same `Idempotency-Key` and the same body it gives the same turn.',
        body: askBody,
        headers: askHeaders,
        response: responses(
          { 202: turnView, 200: streamResponse },
          'bad_request',
          'message_invalid',
          'message_too_large',
          'attachment_invalid',
          'attachment_too_large',
          'idempotency_mismatch',
          'not_found',
          'queue_full',
          'disabled',
          'conflict',
          'mriver_unreachable',
        ),
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const streamed = wantsStream(request);
      if (streamed) streams.requireRoom(request); // before anything is accepted
      const { locale = localeOf(request), ...body } = request.body;
      const { turn } = await turns.ask({ ...body, userId: user.id, locale }, request.headers['idempotency-key']);
      request.turnId = turn.turnId;
      if (body.pageOrigin !== undefined && turn.pageOrigin === null) {
        request.log.info({ turnId: turn.turnId }, 'the page is left out: its origin is not in PALIADIN_APP_ORIGINS');
      }
      if (!streamed) return reply.code(202).send(turn);
      return streams.send(request, reply.code(200), (signal) =>
        turns.follow({ userId: user.id, turnId: turn.turnId, after: 0, locale, signal }),
      );
    },
  );

  app.get(
    '/api/turns',
    {
      config: { guard: guards.read },
      schema: {
        summary: 'One’s own history, newest first, or what a search finds in it',
        querystring: historyQuery,
        response: responses({ 200: historyPage }, 'bad_request', 'not_found'),
      },
    },
    async (request) => {
      const { sessionId, before, search, limit } = request.query;
      if (search !== undefined && sessionId !== undefined) {
        throw new PaliadinError('bad_request', 'a search looks in all conversations; leave sessionId or search out');
      }
      const page = await turns.history(
        {
          userId: userOf(request).id,
          limit,
          ...(sessionId !== undefined && { sessionId }),
          ...(before !== undefined && { before }),
          ...(search !== undefined && { search }),
        },
        localeOf(request),
      );
      return page;
    },
  );

  app.get(
    '/api/turns/:turnId',
    {
      config: { guard: guards.read },
      schema: {
        summary: 'One turn',
        params: turnParams,
        response: responses({ 200: turnView }, 'bad_request', 'not_found'),
      },
    },
    async (request) => await turns.get(userOf(request).id, idOf(request), localeOf(request)),
  );

  app.post(
    '/api/turns/:turnId/cancel',
    {
      config: { guard: guards.act },
      schema: {
        summary: 'Stop a turn',
        description: 'At whatever stage it is. A turn that is final stays as it is.',
        params: turnParams,
        response: responses({ 200: turnView }, 'bad_request', 'not_found'),
      },
    },
    async (request) => await turns.cancel(userOf(request).id, idOf(request), localeOf(request)),
  );

  app.post(
    '/api/turns/:turnId/approvals/:approvalId',
    {
      config: { guard: guards.act },
      schema: {
        summary: 'Decide what the agent asks',
        description:
          'An option of the request, or `deny`; with `message` the agent is told why, with `answers` what was answered.',
        params: turnParams.extend({ approvalId }),
        body: decision.strict(),
        response: responses({ 200: turnView }, 'bad_request', 'not_found', 'not_allowed', 'conflict'),
      },
    },
    async (request) => {
      const { params, body } = request;
      return await turns.decide(userOf(request).id, idOf(request), params.approvalId, body, localeOf(request));
    },
  );

  app.post(
    '/api/turns/:turnId/feedback',
    {
      config: { guard: guards.act },
      schema: {
        summary: 'Say whether the answer was good',
        params: turnParams,
        body: feedback,
        response: responses({ 200: turnView }, 'bad_request', 'not_found', 'conflict'),
      },
    },
    async (request) => await turns.giveFeedback(userOf(request).id, idOf(request), request.body, localeOf(request)),
  );
}

const askHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'has to be 1 to 200 visible ASCII characters')
    .optional(),
});

function wantsStream({ headers: { accept = '' } }: FastifyRequest): boolean {
  return accept.split(',').some((type) => type.split(';', 1)[0]?.trim().toLowerCase() === 'text/event-stream');
}

/** Also sets the request's turn id for the log. */
function idOf(request: FastifyRequest & { params: z.infer<typeof turnParams> }): string {
  request.turnId = request.params.turnId;
  return request.params.turnId;
}
