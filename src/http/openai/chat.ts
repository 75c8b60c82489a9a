/** `POST /v1/chat/completions`. */
import { z } from 'zod';
import type { TurnView } from '../../contract/api.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { SettledEvent } from '../edge/settled-turn.ts';
import { createStepLines } from '../edge/step-lines.ts';
import { whereToDecide } from '../edge/waits.ts';
import { guards } from '../guards.ts';
import type { App } from '../options.ts';
import { type AskedTurn, ask, type OpenAiNeeds } from './ask.ts';
import { toOpenAiError } from './errors.ts';
import { MODEL } from './model.ts';
import { chatFormat, DONE } from './stream-format.ts';
import { contentShape, toTranscript } from './transcript.ts';
import { usageOf } from './usage.ts';

const chatBody = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: contentShape })),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});

export function chatRoute(app: App, needs: OpenAiNeeds): void {
  app.post(
    '/chat/completions',
    {
      bodyLimit: needs.bodies.bodyLimit,
      config: { guard: guards.ask, inlineFiles: true },
      schema: { hide: true, summary: 'OpenAI’s Chat Completions', body: chatBody },
    },
    async (request, reply) => {
      const { stream, stream_options: wanted } = request.body;
      const asked = await ask(request, request.body, needs, {
        transcriptOf: ({ messages }) => toTranscript(messages, 'messages'),
      });
      const onLeft = asked.stop;
      if (stream !== true) {
        return await needs.streams.hold(request, reply, (signal) => wholeAnswer(asked.follow(signal), asked), {
          onLeft,
        });
      }
      const withUsage = wanted?.include_usage === true;
      return needs.streams.sendAs(
        request,
        reply.code(200),
        (signal) => chunksOf(asked.follow(signal), asked, withUsage),
        { format: chatFormat(asked.locale), onLeft },
      );
    },
  );
}

async function wholeAnswer(events: AsyncIterable<SettledEvent>, { turn, answered }: AskedTurn) {
  for await (const event of events) {
    if (event.type !== 'finished') continue;
    const { error, response } = event.turn;
    if (error !== null) throw new PaliadinError(error.code, error.detail);
    answered(response);
    const message = { role: 'assistant', content: response, refusal: null, annotations: [] };
    return {
      ...headOf(turn, 'chat.completion'),
      choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
      usage: usageOf(event.turn, 'chat'),
    };
  }
  throw new PaliadinError('internal', 'the turn has no end');
}

/** Each chunk has the shape of OpenAI's; `usage` is null in all but the last, where it was asked for. */
async function* chunksOf(
  events: AsyncIterable<SettledEvent>,
  { turn, answered, locale, page }: AskedTurn,
  withUsage: boolean,
): AsyncGenerator<object | typeof DONE> {
  const head = { ...headOf(turn, 'chat.completion.chunk'), ...(withUsage && { usage: null }) };
  const chunk = (delta: object, finish: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  const steps = createStepLines();
  yield chunk({ role: 'assistant', content: '' });
  for await (const event of events) {
    if (event.type === 'text') yield chunk({ content: event.text });
    if (event.type === 'tool') {
      // Not OpenAI's, whose own clients pass over it; others show it as what the agent thinks.
      const line = steps.lineOf(event.tool);
      if (line !== null) yield chunk({ reasoning_content: `${line}\n\n` });
    }
    if (event.type === 'approval') yield chunk({ content: whereToDecide(event.approval, locale, page) });
    if (event.type !== 'finished') continue;
    const { error, response } = event.turn;
    // OpenAI's clients throw this, and read nothing after it.
    if (error !== null) return yield toOpenAiError(error);
    if (event.restated) yield chunk({ content: `\n\n---\n\n${response}` });
    answered(response);
    yield chunk({}, 'stop');
    if (withUsage) yield { ...head, choices: [], usage: usageOf(event.turn, 'chat') };
    yield DONE;
  }
}

function headOf({ turnId, startedAt }: TurnView, object: string) {
  return {
    id: `chatcmpl-${turnId.replaceAll('-', '')}`,
    object,
    created: Math.floor(startedAt / 1000),
    model: MODEL,
    service_tier: 'default',
    system_fingerprint: null,
  };
}
