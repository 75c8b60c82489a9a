import { type Sessions, sessionHibernated, sessionParams, sessionReset, sessions } from '../../../contract/admin.ts';
import { PaliadinError } from '../../../contract/errors.ts';
import { userOf } from '../../authenticate.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { liveSessions } from './live-sessions.ts';
import { people } from './people.ts';

type Needs = Pick<ServerOptions, 'turns' | 'store' | 'backend' | 'clock'>;

export function sessionRoutes(app: App, { turns, store, backend, clock }: Needs): void {
  app.get(
    '/api/admin/sessions',
    {
      config: { guard: guards.admin },
      schema: { summary: 'The conversations, last used first', response: responses({ 200: sessions }) },
    },
    async (): Promise<Sessions> => {
      const live = await liveSessions(backend);
      const open = await store.turns.open();
      const nameOf = await people(store);
      const known = await store.sessions.list();
      return {
        sessions: known.map(({ name, userId, host, generation, createdAt, lastUsedAt }) => {
          const found = live?.find(({ session }) => session === name);
          const own = open.filter(({ agentSession }) => agentSession === name);
          const atWork = own.find(({ status }) => status !== 'queued');
          return {
            ...{ name, user: nameOf(userId), host, generation, createdAt, lastUsedAt },
            live: live && host === backend.host ? (found?.live ?? false) : null,
            running: atWork?.turnId ?? null,
            waiting: atWork?.status === 'waiting',
            queued: own.filter(({ status }) => status === 'queued').length,
          };
        }),
      };
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
      const { name, generation } = await turns.resetSession(request.params.name, userOf(request).id);
      return { name, generation };
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
    async (request) => {
      const session = await store.sessions.get(request.params.name);
      if (session === null) throw new PaliadinError('not_found', 'there is no session with this name');
      const hibernated = await backend.hibernate(session.name);
      if (hibernated) {
        const about = { actor: userOf(request).id, subject: session.userId, turnId: null };
        const entry = { ...about, at: clock(), action: 'session.hibernated' as const };
        await store.audit.append([{ ...entry, detail: { session: session.name } }]);
      }
      return { hibernated };
    },
  );
}
