import {
  type TurnInFull,
  type TurnLine,
  turnInFull,
  turnStages,
  turnsChoices,
  turnsPage,
  turnsQuery,
} from '../../../contract/admin.ts';
import { PaliadinError } from '../../../contract/errors.ts';
import type { TurnLine as StoredLine, Turn } from '../../../contract/records/turn.ts';
import { userOf } from '../../authenticate.ts';
import { bodyOf } from '../../errors.ts';
import { guards } from '../../guards.ts';
import { localeOf } from '../../locale.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { turnParams } from '../shapes.ts';
import { type Person, people } from './people.ts';
import type { Readings } from './readings.ts';

type Needs = Pick<ServerOptions, 'turns' | 'store' | 'clock'>;

export function turnRoutes(app: App, { turns, store, clock }: Needs, onRecord: Readings): void {
  app.get(
    '/api/admin/turns',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Turns of all users, newest first',
        querystring: turnsQuery,
        response: responses({ 200: turnsPage }, 'bad_request', 'not_found'),
      },
    },
    async (request) => {
      const { limit, before, search, ...filter } = request.query;
      await onRecord({
        actor: userOf(request).id,
        action: 'read.turns',
        subject: filter.userId ?? null,
        detail: { ...withoutUnset(filter), searched: search !== undefined },
      });
      const found = await store.turns.list({ ...filter, search, before, limit: limit + 1 });
      const page = found.slice(0, limit);
      const nameOf = await people(store);
      return {
        turns: page.map((turn) => lineOf(turn, nameOf)),
        nextBefore: found.length > limit ? (page.at(-1)?.turnId ?? null) : null,
      };
    },
  );

  app.get(
    '/api/admin/turns/choices',
    {
      config: { guard: guards.admin },
      schema: { summary: 'What turns can be filtered by', response: responses({ 200: turnsChoices }) },
    },
    async () => {
      const users = (await store.users.list()).map(({ id, name }) => ({ id, name }));
      const to = clock();
      const { total } = await store.turns.stats({ from: to - RECENT_MS, to, bucketMs: RECENT_MS });
      const tags = Object.entries(total.byTag).sort(([, one], [, other]) => other - one);
      return { users, tags: tags.slice(0, MANY_TAGS).map(([tag]) => tag) };
    },
  );

  app.get(
    '/api/admin/turns/:turnId',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'One turn in full',
        params: turnParams,
        response: responses({ 200: turnInFull }, 'bad_request', 'not_found'),
      },
    },
    async (request): Promise<TurnInFull> => {
      const { turnId } = request.params;
      request.turnId = turnId;
      const found = await turns.inFull(turnId);
      if (found === null) throw new PaliadinError('not_found', 'there is no turn with this id, or not any more');
      const { turn, response, approvals, decisions } = found;
      await onRecord({
        ...{ actor: userOf(request).id, action: 'read.turn', subject: turn.userId, turnId },
        detail: {},
      });
      const user = await store.users.get(turn.userId);
      const { errorCode: code, errorDetail } = turn;
      return {
        ...lineOf(turn, () => ({ id: turn.userId, name: user?.name ?? '' })),
        user: {
          id: turn.userId,
          name: user?.name ?? '',
          subject: user?.subject ?? '',
          role: user?.role ?? 'member',
        },
        ...pick(turn),
        ...{ response, approvals, decisions },
        raw: turn.trailer === null ? null : turn.response + turn.trailer,
        tools: turn.tools,
        model: turn.model,
        tokens: {
          input: turn.inputTokens,
          cached: turn.cachedTokens,
          output: turn.responseTokens,
          exact: turn.tokensExact,
        },
        stages: stagesOf(turn),
        error: code && bodyOf(new PaliadinError(code, errorDetail), { locale: localeOf(request), turnId }),
      };
    },
  );
}

export function lineOf(turn: StoredLine | Turn, nameOf: (id: string) => Person): TurnLine {
  const { turnId, agentSession, generation, host, status, late, startedAt, finishedAt, durationMs } = turn;
  const { errorCode, classifierTag, usedTools, responseTokens, tokensExact, firstChunkAt } = turn;
  const question = 'question' in turn ? turn.question : turn.message;
  return {
    ...{ turnId, agentSession, generation, host, status, late, startedAt, finishedAt, durationMs },
    ...{ errorCode, classifierTag, usedTools, responseTokens, tokensExact },
    user: nameOf(turn.userId),
    question: question.replace(/\s+/g, ' ').trim().slice(0, QUESTION_LENGTH),
    firstTextMs: firstChunkAt === null ? null : Math.max(0, firstChunkAt - startedAt),
    rating: turn.feedback?.rating ?? null,
  };
}

const QUESTION_LENGTH = 200;
const RECENT_MS = 30 * 24 * 3_600_000;
const MANY_TAGS = 200;

function pick(turn: Turn) {
  const { sessionId, message, pageOrigin, context, locale, trailerMalformed, chipCount, rowsSeen, notices, feedback } =
    turn;
  return { sessionId, message, pageOrigin, context, locale, trailerMalformed, chipCount, rowsSeen, notices, feedback };
}

/** Those that were reached. A clock that went back makes a stage of no length, never one that ends before it begins. */
export function stagesOf(
  turn: Pick<Turn, 'startedAt' | 'handedOverAt' | 'deliveredAt' | 'firstChunkAt' | 'finishedAt'>,
) {
  const { startedAt, handedOverAt, deliveredAt, firstChunkAt, finishedAt } = turn;
  // A stage that was passed unseen took no time that is known: it begins where the next one does.
  const begun = [startedAt, handedOverAt ?? deliveredAt ?? firstChunkAt, deliveredAt ?? firstChunkAt, firstChunkAt];
  const reached = begun.filter((at) => at !== null);
  let last = startedAt;
  const starts = reached.map((at) => {
    last = Math.max(last, at);
    return last;
  });
  return starts.map((from, index) => ({
    stage: turnStages[index] as (typeof turnStages)[number],
    from,
    to: starts[index + 1] ?? (finishedAt === null ? null : Math.max(from, finishedAt)),
  }));
}

function withoutUnset<T extends object>(filter: T): Record<string, string | number> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
