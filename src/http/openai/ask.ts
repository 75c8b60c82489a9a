/** Asks what a transcript asks, in the conversation that it continues, else in a new one that is told what was said. */
import type { FastifyRequest } from 'fastify';
import type { TurnView } from '../../contract/api.ts';
import type { Turns } from '../../turn/turns.ts';
import { userOf } from '../authenticate.ts';
import type { ContinuedConversations } from '../edge/continued-conversation.ts';
import { newConversation } from '../edge/conversations.ts';
import { handOver, type Said } from '../edge/hand-over.ts';
import { localeOf } from '../locale.ts';
import type { Transcript } from './transcript.ts';

export interface AskedTurn {
  turn: TurnView;
  /** Called with the answer, so that the transcript is recognised when it comes back with the next question. */
  answered(text: string): void;
}

/** `sessionId`: the conversation that the client names itself. */
export async function askTranscript(
  request: FastifyRequest,
  { question, known, more }: Transcript,
  { turns, continued, sessionId }: { turns: Turns; continued: ContinuedConversations; sessionId?: string },
): Promise<AskedTurn> {
  const userId = userOf(request).id;
  const key = keyOf(request);
  const before = [...known, ...more];
  const found = sessionId ?? (known.length === 0 ? null : await continued.find(userId, known));
  const context = handOver(
    found === null ? before : more.filter(({ role }) => sessionId !== undefined || role === 'user'),
  );
  const { turn } = await turns.ask(
    {
      userId,
      sessionId: found ?? newConversation(userId, key),
      begins: found === null,
      message: question,
      locale: localeOf(request),
      ...(context !== undefined && { context }),
    },
    key,
  );
  request.turnId = turn.turnId;
  if (found !== null) continued.goesOn(userId, known);
  const asked: Said = { role: 'user', text: question };
  return {
    turn,
    answered: (text) => continued.endsWith(userId, [...before, asked, { role: 'assistant', text }], turn.sessionId),
  };
}

/** Of our own API, which OpenAI's clients can be told to send as well. */
function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  return typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key) ? `openai:${key}`.slice(0, 200) : undefined;
}
