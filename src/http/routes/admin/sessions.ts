import {
  type Sessions,
  sessionHibernated,
  sessionMove,
  sessionMoved,
  sessionParams,
  sessionReset,
  sessions,
  sessionsQuery,
} from '../../../contract/admin/sessions.ts';
import { userOf } from '../../authenticate.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { personView } from './views.ts';

export function sessionRoutes(app: App, { services }: Pick<ServerOptions, 'services'>): void {
  const { sessionControl } = services;
  app.get(
    '/api/admin/sessions',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'The conversations, last used first',
        querystring: sessionsQuery,
        response: responses({ 200: sessions }, 'bad_request'),
      },
    },
    async (request): Promise<Sessions> => {
      const { sessions, nextBefore } = await services.sessions.listWithTitles(userOf(request), request.query);
      return { sessions: sessions.map(({ user, ...session }) => ({ ...session, user: personView(user) })), nextBefore };
    },
  );

  app.post(
    '/api/admin/sessions/:name/reset',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Begin a new conversation for a user',
        description: 'Stops what is open. The history stays.',
        params: sessionParams,
        response: responses({ 200: sessionReset }, 'bad_request', 'not_found', 'mriver_unreachable', 'shim_error'),
      },
    },
    async (request) => {
      const { name, generation } = await sessionControl.reset(userOf(request), request.params.name);
      return { name, generation };
    },
  );

  app.post(
    '/api/admin/sessions/:name/move',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Move a conversation to another host',
        description:
          'Stops what is open. A new conversation begins there, and its first question brings the last questions and ' +
          'answers. The history stays.',
        params: sessionParams,
        body: sessionMove,
        response: responses(
          { 200: sessionMoved },
          ...(['bad_request', 'not_found', 'conflict', 'mriver_unreachable', 'shim_error', 'shim_outdated'] as const),
        ),
      },
    },
    async (request) => {
      const { name, host, generation } = await sessionControl.move(
        userOf(request),
        request.params.name,
        request.body.host,
      );
      return { name, host, generation };
    },
  );

  app.post(
    '/api/admin/sessions/:name/hibernate',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'End a terminal, and keep its conversation',
        description:
          'It comes back with the next question. It stays while a turn is under way or somebody is attached.',
        params: sessionParams,
        response: responses(
          { 200: sessionHibernated },
          ...(['bad_request', 'not_found', 'disabled', 'mriver_unreachable', 'shim_error', 'shim_outdated'] as const),
        ),
      },
    },
    async (request) => ({ hibernated: await sessionControl.hibernate(userOf(request), request.params.name) }),
  );
}
