/** `/v1/responses`. */
import { z } from 'zod';
import type { TurnView } from '../../contract/api.ts';
import type { Turns } from '../../turn/turns.ts';
import { userOf } from '../authenticate.ts';
import { newestTurns } from '../edge/conversations.ts';
import { chatPageOf } from '../edge/origin.ts';
import { FieldError } from '../edge/problem.ts';
import { followSettled, type SettledEvent } from '../edge/settled-turn.ts';
import { whereToDecide } from '../edge/waits.ts';
import { guards } from '../guards.ts';
import { localeOf } from '../locale.ts';
import type { App } from '../options.ts';
import { ask, type OpenAiNeeds } from './ask.ts';
import { FINAL_CODE, isCodex } from './codex.ts';
import { responseEvents } from './response-events.ts';
import { type Echo, outputOf, responseObject, sessionIdOf, turnIdOf } from './response-object.ts';
import { responsesFormat } from './stream-format.ts';
import { contentShape, type Transcript, toTranscript } from './transcript.ts';

const item = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: contentShape,
});

const responsesBody = z.looseObject({
  model: z.string().optional(),
  input: z.union([z.string(), z.array(item)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  background: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  conversation: z.union([z.string(), z.looseObject({ id: z.string() })]).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});

const params = z.object({ id: z.string().max(100) });

const resumeQuery = z.looseObject({
  stream: z.enum(['true', 'false']).optional(),
  starting_after: z.coerce.number().int().min(-1).optional(),
});

export function responsesRoutes(app: App, needs: OpenAiNeeds): void {
  const { turns, streams } = needs;

  app.post(
    '/responses',
    {
      bodyLimit: needs.bodies.bodyLimit,
      config: { guard: guards.ask, inlineFiles: true },
      schema: { hide: true, summary: 'OpenAI’s Responses', body: responsesBody },
    },
    async (request, reply) => {
      const { stream } = request.body;
      const echo = { ...echoOf(request.body), ...(isCodex(request) && { failsWith: FINAL_CODE }) };
      const asked = await ask(request, request.body, needs, {
        transcriptOf: readTranscript,
        sessionOf: (body) => namedConversation(turns, userOf(request).id, body),
      });
      const { turn, follow } = asked;
      // In the background it goes on, and `GET /v1/responses/ID` takes it up.
      const onLeft = echo.background === true ? {} : { onLeft: asked.stop };
      if (stream === true) {
        return streams.sendAs(
          request,
          reply.code(200),
          (signal) => responseEvents(follow(signal), { ...asked, echo, startingAfter: -1 }),
          { format: responsesFormat(asked.locale), ...onLeft },
        );
      }
      if (echo.background === true) return responseObject(turn, echo);
      const finished = await streams.hold(request, reply, (signal) => endOf(follow(signal), turn), onLeft);
      if (finished.status === 'completed') asked.answered(finished.response);
      return responseObject(finished, echo);
    },
  );

  app.get(
    '/responses/:id',
    {
      config: { guard: guards.act },
      schema: { hide: true, summary: 'One of OpenAI’s Responses', params, querystring: resumeQuery },
    },
    async (request, reply) => {
      const { query } = request;
      const userId = userOf(request).id;
      const locale = localeOf(request);
      const turnId = turnIdOf(request.params.id, 'id');
      const turn = await turns.get(userId, turnId, locale);
      request.turnId = turnId;
      const page = chatPageOf(request, needs);
      if (query.stream !== 'true') {
        const waits = turn.approvals.map((approval) => whereToDecide(approval, locale, page));
        return responseObject(turn, {}, outputOf(turn, `${turn.response}${waits.join('')}`));
      }
      const how = { turn, echo: {}, locale, page, startingAfter: query.starting_after ?? -1 };
      return streams.sendAs(
        request,
        reply.code(200),
        (signal) => responseEvents(followSettled(turns, { userId, turnId, locale, signal }), how),
        { format: responsesFormat(locale) },
      );
    },
  );

  app.post(
    '/responses/:id/cancel',
    {
      config: { guard: guards.act },
      schema: { hide: true, summary: 'Stop one of OpenAI’s Responses', params },
    },
    async (request) => {
      const turnId = turnIdOf(request.params.id, 'id');
      const turn = await turns.cancel(userOf(request).id, turnId, localeOf(request));
      request.turnId = turnId;
      return responseObject(turn);
    },
  );
}

/** Without the input, which may hold files. */
function echoOf({ metadata, previous_response_id, instructions, background }: z.infer<typeof responsesBody>): Echo {
  return { metadata, previous_response_id, instructions, background };
}

function readTranscript({ input, instructions }: z.infer<typeof responsesBody>): Transcript {
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  // Reasoning, calls of the client's own tools and their results: the agent has made none of them.
  const messages = items.map(({ type = 'message', role = '', content }) => ({
    role: type === 'message' ? role : type,
    content: type === 'message' ? content : null,
  }));
  const transcript = toTranscript(messages, 'input');
  const told = instructions?.trim() ?? '';
  if (told !== '') transcript.more.unshift({ role: 'instructions', text: told });
  return transcript;
}

/** Null where the client names none. @throws FieldError, PaliadinError `not_found` */
async function namedConversation(
  turns: Turns,
  userId: string,
  { previous_response_id: previous, conversation }: z.infer<typeof responsesBody>,
): Promise<string | null> {
  if (previous != null && conversation != null) {
    throw new FieldError('conversation', 'goes without previous_response_id, which names a conversation too');
  }
  if (previous != null) {
    const turnId = turnIdOf(previous, 'previous_response_id');
    const turn = await turns.get(userId, turnId).catch(() => null);
    if (turn !== null) return turn.sessionId;
    throw new FieldError('previous_response_id', 'you have no response with this id', 'not_found');
  }
  if (conversation == null) return null;
  const sessionId = sessionIdOf(typeof conversation === 'string' ? conversation : conversation.id);
  if ((await newestTurns(turns, { userId, sessionId })) !== null) return sessionId;
  throw new FieldError('conversation', 'you have no conversation with this id; a response names its own', 'not_found');
}

async function endOf(events: AsyncIterable<SettledEvent>, accepted: TurnView): Promise<TurnView> {
  for await (const event of events) if (event.type === 'finished') return event.turn;
  return accepted;
}
