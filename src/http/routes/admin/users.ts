import { dayStart } from '../../../store/day.ts';
import type { User } from '../../../contract/records/user.ts';
import { type UserChange, type UserView, userChange, userParams, users, userView } from '../../../contract/admin.ts';
import { PaliadinError } from '../../../contract/errors.ts';
import { userOf } from '../../authenticate.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';

type Needs = Pick<ServerOptions, 'turns' | 'store' | 'clock'>;

export function userRoutes(app: App, { turns, store, clock }: Needs): void {
  app.get(
    '/api/admin/users',
    {
      config: { guard: guards.admin },
      schema: { summary: 'Everybody who is known here', response: responses({ 200: users }) },
    },
    async () => ({ users: (await store.users.overview(dayStart(clock()))).map(viewOf) }),
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
    async (request) => {
      const { userId } = request.params;
      const by = userOf(request);
      const user = await store.users.get(userId);
      if (user === null) throw new PaliadinError('not_found', 'there is no user with this id');
      requireMayChange(by, user, request.body);
      const { role, disabled, dailyQuota } = request.body;
      const on = () => ({ actor: by.id, at: clock() });
      if (role !== undefined && role !== user.role) await store.users.setRole(userId, role, on());
      if (dailyQuota !== undefined && dailyQuota !== user.dailyQuota) {
        await store.users.setQuota(userId, dailyQuota, on());
      }
      if (disabled === true && user.disabledAt === null) {
        await store.users.disable(userId, on());
        await turns.stopAll(userId);
      }
      if (disabled === false && user.disabledAt !== null) await store.users.enable(userId, on());
      const changed = (await store.users.overview(dayStart(clock()))).find(({ id }) => id === userId);
      if (changed === undefined) throw new PaliadinError('not_found', 'this user was deleted just now');
      return viewOf(changed);
    },
  );
}

/** @throws PaliadinError `not_allowed` */
export function requireMayChange(by: User, user: User, { role, disabled }: UserChange): void {
  if (role !== undefined && by.role !== 'owner') {
    throw new PaliadinError('not_allowed', 'only the owner changes roles');
  }
  if (role !== undefined && user.role === 'owner') {
    throw new PaliadinError('not_allowed', 'PALIADIN_OWNER names the owner; nobody can take that away here');
  }
  if (disabled !== undefined && by.id === user.id) {
    throw new PaliadinError('not_allowed', 'nobody shuts themselves out');
  }
  if (by.id !== user.id && isAbove(user, by)) {
    throw new PaliadinError('not_allowed', 'only the owner changes the owner and admins');
  }
}

function isAbove(user: User, by: User): boolean {
  return by.role !== 'owner' && user.role !== 'member';
}

function viewOf(user: UserView): UserView {
  const { id, subject, name, email, role, disabledAt, createdAt, lastSeenAt, dailyQuota, turnsToday, turns } = user;
  return { id, subject, name, email, role, disabledAt, createdAt, lastSeenAt, dailyQuota, turnsToday, turns };
}
