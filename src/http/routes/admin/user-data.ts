import { Readable } from 'node:stream';
import type { User } from '../../../contract/records/user.ts';
import { exportUser } from '../../../store/user-export.ts';
import { userDeleted, userExport, userParams } from '../../../contract/admin.ts';
import { PaliadinError } from '../../../contract/errors.ts';
import { removeUser } from '../../../turn/remove-user.ts';
import { userOf } from '../../authenticate.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { requireMayChange } from './users.ts';

type Needs = Pick<ServerOptions, 'turns' | 'store' | 'backend' | 'clock'>;

export function userDataRoutes(app: App, { turns, store, backend, clock }: Needs): void {
  const find = async (userId: string): Promise<User> => {
    const user = await store.users.get(userId);
    if (user === null) throw new PaliadinError('not_found', 'there is no user with this id');
    return user;
  };

  app.get(
    '/api/admin/users/:userId/export',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'All that is kept of a user, as a file',
        params: userParams,
        response: responses({ 200: userExport }, 'bad_request', 'not_found'),
      },
    },
    async (request, reply) => {
      const user = await find(request.params.userId);
      const about = { actor: userOf(request).id, subject: user.id, turnId: null, detail: {} };
      await store.audit.append([{ ...about, at: clock(), action: 'user.exported' }]);
      reply.headers({
        'content-type': 'application/json; charset=utf-8',
        'content-disposition': `attachment; filename="paliadin-user-${user.id}.json"`,
        'cache-control': 'no-store',
      });
      return reply.send(Readable.from(exportUser(store, user, clock())) as never);
    },
  );

  app.delete(
    '/api/admin/users/:userId',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Delete a user and all that they said',
        description:
          'Signs them out, stops what is open, ends their conversation on the host, and deletes it all. What was ' +
          'counted stays, and so do the rows of the audit log, which hold nothing of what was said.',
        params: userParams,
        response: responses({ 200: userDeleted }, 'bad_request', 'not_found', 'not_allowed', 'conflict'),
      },
    },
    async (request) => {
      const user = await find(request.params.userId);
      const by = userOf(request);
      requireMayChange(by, user, { disabled: true });
      if (user.role === 'owner') throw new PaliadinError('not_allowed', 'the owner is not deleted');
      const session = (await store.sessions.list()).find(({ userId }) => userId === user.id);
      const { conversationLeft, ...removed } = await removeUser(user, {
        users: store.users,
        by: () => ({ actor: by.id, at: clock() }),
        stopTurns: () => turns.stopAll(user.id),
        async endConversation() {
          if (session !== undefined) await backend.reset(session.name, { forget: true });
        },
      });
      return { ...removed, conversationEnded: conversationLeft === null };
    },
  );
}
