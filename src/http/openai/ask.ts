/** Asks what a transcript asks, in the conversation that it continues, else in a new one that is told what was said. */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { TurnView } from '../../contract/api.ts';
import { userOf } from '../authenticate.ts';
import { askOnce } from '../edge/ask-once.ts';
import type { ContinuedConversations } from '../edge/continued-conversation.ts';
import { newConversation } from '../edge/conversations.ts';
import { handOver, type Said } from '../edge/hand-over.ts';
import { chatPageOf } from '../edge/origin.ts';
import { followSettled, type SettledEvent } from '../edge/settled-turn.ts';
import type { InlineBodies } from '../inline-bodies.ts';
import { localeOf } from '../locale.ts';
import type { ServerOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { codexKey } from './codex.ts';
import { refuseWhatCantBeKept, requireModel } from './model.ts';
import type { Transcript } from './transcript.ts';

export interface OpenAiNeeds extends Pick<ServerOptions, 'turns' | 'services' | 'publicOrigins'> {
  streams: Streams;
  continued: ContinuedConversations;
  bodies: InlineBodies;
}

export interface AskedTurn {
  /** As it was when it was accepted. */
  turn: TurnView;
  /** The language of the reader, and where the chat page is. */
  locale: string;
  page: string;
  /** The turn from its beginning. */
  follow(signal: AbortSignal): AsyncIterable<SettledEvent>;
  /** Whoever closes the connection wants no answer any more. */
  stop(): void;
  /** Called with the answer, so that the transcript is recognised when it comes back with the next question. */
  answered(text: string): void;
}

interface HowToAsk<Body> {
  transcriptOf(body: Body): Transcript;
  /** The conversation that the client names itself; null or absent: none. */
  sessionOf?(body: Body): Promise<string | null>;
}

/** Afterwards the request's body is gone: it may hold files. @throws FieldError, PaliadinError; nothing was accepted then */
export async function ask<Body extends { model?: string | undefined }>(
  request: FastifyRequest,
  body: Body & Record<string, unknown>,
  needs: OpenAiNeeds,
  { transcriptOf, sessionOf }: HowToAsk<Body>,
): Promise<AskedTurn> {
  const { turns, streams, bodies } = needs;
  requireModel(body.model);
  refuseWhatCantBeKept(body);
  const transcript = transcriptOf(body);
  streams.requireRoom(request); // before anything is accepted
  const userId = userOf(request).id;
  const locale = localeOf(request);
  const named = (await sessionOf?.(body)) ?? null;
  const { turn, answered } = await askTranscript(request, transcript, { ...needs, named });
  const { turnId } = turn;
  bodies.done(request);
  return {
    turn,
    locale,
    page: chatPageOf(request, needs),
    follow: (signal) => followSettled(turns, { userId, turnId, locale, signal }),
    stop: () => void turns.cancel(userId, turnId).catch(() => undefined),
    answered,
  };
}

async function askTranscript(
  request: FastifyRequest,
  transcript: Transcript,
  { turns, services, continued, named }: OpenAiNeeds & { named: string | null },
): Promise<Pick<AskedTurn, 'turn' | 'answered'>> {
  const { question, files, known, more } = transcript;
  const userId = userOf(request).id;
  const key = keyOf(request) ?? codexKey(request, transcript);
  const before = [...known, ...more];
  const found = named ?? (known.length === 0 ? null : await continued.find(userId, known));
  const context = handOver(found === null ? before : more.filter(({ role }) => named !== null || role === 'user'));
  const { turn, repeated } = await askAgainIfStopped(
    { turns, attachments: services.attachments },
    {
      userId,
      sessionId: found ?? newConversation(userId, key),
      begins: found === null,
      message: question,
      files,
      locale: localeOf(request),
      ...(context !== undefined && { context }),
    },
    key,
  );
  request.turnId = turn.turnId;
  if (found !== null) continued.goesOn(userId, known);
  // A conversation that has gone on since does not end with this answer any more.
  if (repeated && turn.finishedAt !== null) return { turn, answered: () => undefined };
  const asked: Said = { role: 'user', text: question };
  return {
    turn,
    answered: (text) => continued.endsWith(userId, [...before, asked, { role: 'assistant', text }], turn.sessionId),
  };
}

/** Codex comes back with the same request after its connection broke, which had stopped the turn. */
async function askAgainIfStopped(...[needs, question, key]: Parameters<typeof askOnce>): ReturnType<typeof askOnce> {
  const asked = await askOnce(needs, question, key);
  const wasStopped = asked.repeated && asked.turn.status === 'cancelled' && key?.startsWith('codex:') === true;
  return wasStopped ? await askOnce(needs, question, `${key}:${asked.turn.turnId}`) : asked;
}

/** Of our own API, which OpenAI's clients can be told to send as well. */
function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string' || key === '') return undefined;
  return `openai:${/^[\x21-\x7e]{1,100}$/.test(key) ? key : createHash('sha256').update(key).digest('hex')}`;
}
