import { Readable } from 'node:stream';
import { userDeleted, userExport, userParams } from '../../../contract/admin/users.ts';
import { userOf } from '../../authenticate.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';

export function userDataRoutes(app: App, { services }: Pick<ServerOptions, 'services'>): void {
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
      const { userId } = request.params;
      const pieces = await services.users.export(userOf(request), userId);
      reply.headers({
        'content-type': 'application/json; charset=utf-8',
        'content-disposition': `attachment; filename="paliadin-user-${userId}.json"`,
        'cache-control': 'no-store',
      });
      return reply.send(Readable.from(pieces) as never);
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
      const { turns, erased, conversationLeft } = await services.users.remove(userOf(request), request.params.userId);
      return { turns, erased, conversationEnded: conversationLeft === null };
    },
  );
}
