import { type UserView, userChange, userParams, users, usersQuery, userView } from '../../../contract/admin/users.ts';
import { userOf } from '../../authenticate.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';

export function userRoutes(app: App, { services }: Pick<ServerOptions, 'services'>): void {
  app.get(
    '/api/admin/users',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Users, in the order in which they came',
        querystring: usersQuery,
        response: responses({ 200: users }, 'bad_request', 'not_found'),
      },
    },
    async (request) => {
      const { users, nextAfter } = await services.users.list(request.query);
      return { users: users.map(viewOf), nextAfter };
    },
  );

  app.patch(
    '/api/admin/users/:userId',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'Change a user’s role, quota, or whether they are let in',
        description:
          'Only the owner changes roles. Disabling signs the user out everywhere, ends their open streams within ' +
          'seconds, and stops what they have open.',
        params: userParams,
        body: userChange,
        response: responses({ 200: userView }, 'bad_request', 'not_found', 'not_allowed'),
      },
    },
    async (request) => viewOf(await services.users.change(userOf(request), request.params.userId, request.body)),
  );
}

function viewOf(user: UserView): UserView {
  const { id, subject, name, email, role, disabledAt, createdAt, lastSeenAt, dailyQuota, turnsToday, turns } = user;
  return { id, subject, name, email, role, disabledAt, createdAt, lastSeenAt, dailyQuota, turnsToday, turns };
}
