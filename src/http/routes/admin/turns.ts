import { type TurnInFull, turnInFull } from '../../../contract/admin/turn.ts';
import { turnsChoices, turnsChoicesQuery, turnsPage, turnsQuery } from '../../../contract/admin/turns.ts';
import { PaliadinError } from '../../../contract/errors.ts';
import type { Turn } from '../../../contract/records/turn.ts';
import { userOf } from '../../authenticate.ts';
import { bodyOf } from '../../errors.ts';
import { guards } from '../../guards.ts';
import { localeOf } from '../../locale.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { turnParams } from '../shapes.ts';
import { personView, turnLineView } from './views.ts';

export function turnRoutes(app: App, { services }: Pick<ServerOptions, 'services'>): void {
  const { turnLog } = services;
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
      const { turns, nextBefore } = await turnLog.list(userOf(request), request.query);
      return { turns: turns.map(turnLineView), nextBefore };
    },
  );

  app.get(
    '/api/admin/turns/choices',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'What turns can be filtered by',
        querystring: turnsChoicesQuery,
        response: responses({ 200: turnsChoices }, 'bad_request'),
      },
    },
    async (request) => {
      const { users, ...more } = await turnLog.choices(request.query);
      return { users: users.map(personView), ...more };
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
      const found = await turnLog.get(userOf(request), turnId);
      const { turn, user, response, approvals, decisions, stages } = found;
      const { errorCode: code, errorDetail } = turn;
      const person = { id: turn.userId, name: user?.name ?? '' };
      return {
        ...turnLineView({ ...turn, user: person }),
        ...pick(turn),
        user: { ...person, subject: user?.subject ?? '', role: user?.role ?? 'member' },
        response,
        approvals,
        decisions,
        toolCalls: found.toolCalls.map(({ turnId: _, ...call }) => call),
        raw: turn.trailer === null ? null : turn.response + turn.trailer,
        tools: turn.tools,
        model: turn.model,
        tokens: {
          input: turn.inputTokens,
          cached: turn.cachedTokens,
          output: turn.responseTokens,
          exact: turn.tokensExact,
        },
        stages,
        error: code && bodyOf(new PaliadinError(code, errorDetail), { locale: localeOf(request), turnId }),
      };
    },
  );
}

function pick(turn: Turn) {
  const { sessionId, message, pageOrigin, context, attachments, locale, feedback } = turn;
  const { trailerMalformed, chipCount, rowsSeen, notices } = turn;
  const asked = { sessionId, message, pageOrigin, context, attachments, locale };
  return { ...asked, trailerMalformed, chipCount, rowsSeen, notices, feedback };
}
