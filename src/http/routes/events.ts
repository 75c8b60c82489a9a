import { z } from 'zod';
import { LOCALE_PATTERN } from '../../contract/locales/locale.ts';
import { isFinal } from '../../contract/turn.ts';
import type { FollowQuery, Turns } from '../../turn/turns.ts';
import { userOf } from '../authenticate.ts';
import { guards } from '../guards.ts';
import { localeOf } from '../locale.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { streamResponse, turnParams } from './shapes.ts';

export function eventRoutes(
  app: App,
  { turns, services }: Pick<ServerOptions, 'turns' | 'services'>,
  streams: Streams,
): void {
  app.get(
    '/api/events',
    {
      config: { guard: guards.read },
      schema: {
        summary: 'All of one’s events, as they happen',
        description: 'From after `Last-Event-ID` or `after`; without either, from now on.',
        headers: resumeHeaders,
        querystring: resumeQuery,
        response: responses({ 200: streamResponse }, 'bad_request'),
      },
    },
    async (request, reply) => {
      streams.requireRoom(request);
      const userId = userOf(request).id;
      const after = resumeAfter(request) ?? (await services.history.lastEventId());
      const locale = request.query.locale ?? localeOf(request);
      return streams.send(request, reply, (signal) => turns.follow({ userId, after, locale, signal }));
    },
  );

  app.get(
    '/api/turns/:turnId/events',
    {
      config: { guard: guards.read },
      schema: {
        summary: 'A turn’s events, to its end',
        description:
          'From after `Last-Event-ID` or `after`; without either, from the turn’s beginning. ' +
          '204 where a reader who comes back has seen the end: a browser then stops coming back.',
        params: turnParams,
        headers: resumeHeaders,
        querystring: resumeQuery,
        response: responses(
          { 200: streamResponse, 204: z.undefined().describe('nothing more will come') },
          'bad_request',
          'not_found',
        ),
      },
    },
    async (request, reply) => {
      const { turnId } = request.params;
      request.turnId = turnId;
      const userId = userOf(request).id;
      const locale = request.query.locale ?? localeOf(request);
      const turn = await turns.get(userId, turnId, locale); // throws `not_found` before the stream begins
      const resumed = resumeAfter(request);
      const query = { userId, turnId, after: resumed ?? 0, locale };
      if (resumed !== undefined && isFinal(turn.status) && (await isEmpty(turns, query))) return reply.code(204).send();
      return streams.send(request, reply, (signal) => turns.follow({ ...query, signal }));
    },
  );
}

// Fifteen digits are exact in a JavaScript number.
const eventId = z
  .string()
  .regex(/^\d{1,15}$/, 'has to be the id of an event')
  .transform(Number)
  .optional();

const resumeHeaders = z.looseObject({ 'last-event-id': eventId });
const resumeQuery = z.strictObject({
  after: eventId,
  locale: z.string().regex(LOCALE_PATTERN).optional().describe('for a reader that can’t send Accept-Language'),
});

/** A browser that reconnects repeats its URL, and sends the id of the last event that it received in the header. */
function resumeAfter(request: {
  headers: z.infer<typeof resumeHeaders>;
  query: z.infer<typeof resumeQuery>;
}): number | undefined {
  return request.headers['last-event-id'] ?? request.query.after;
}

async function isEmpty(turns: Turns, query: Omit<FollowQuery, 'signal'>): Promise<boolean> {
  const abort = new AbortController();
  const events = turns.follow({ ...query, signal: abort.signal })[Symbol.asyncIterator]();
  const { done } = await events.next();
  abort.abort();
  await events.return?.();
  return done === true;
}
