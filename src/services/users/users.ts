/**
 * Actions on users, from the dashboard and from the command line: who may do them, in which order their steps run, and
 * what they stop.
 */
import type { UserChange } from '../../contract/admin/users.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { AgentSession } from '../../contract/records/session.ts';
import type { User, UserOverview } from '../../contract/records/user.ts';
import { dayStart } from '../../store/day.ts';
import type { Store } from '../../store/store.ts';
import { forgetDeleted } from '../../turn/forget-deleted.ts';
import type { Actor } from '../actor.ts';
import type { SignInEvent } from '../sign-in/sign-in-event.ts';
import { untilNewTokensCount } from '../sign-in/token-second.ts';
import { type Removed, removeUser } from './remove-user.ts';
import { exportUser } from './user-export.ts';

export interface UserService {
  /**
   * A page of users, known first first, with their recent activity. `after` is the `nextAfter` of the page before.
   * @throws PaliadinError `bad_request` for a search that asks for too much; `not_found`
   */
  list(query: { search?: string | undefined; after?: string | undefined; limit: number }): Promise<UserPage>;
  /** The number of browsers that they are signed in with. */
  countBrowsers(userId: string): Promise<number>;
  /** @throws PaliadinError `not_found`, as do all methods below. */
  get(userId: string): Promise<User>;
  bySubject(subject: string): Promise<User>;
  /**
   * Values that are the same already are left as they are. Disabling also stops what is open.
   * @throws PaliadinError `not_allowed`
   */
  change(actor: Actor, userId: string, change: UserChange): Promise<UserOverview>;
  /** Ends their browser sessions, and with `tokens` their API tokens. @throws PaliadinError `not_allowed` */
  signOut(
    actor: Actor,
    userId: string,
    options: { tokens: boolean },
  ): Promise<{ user: User; browsers: number; tokens: number }>;
  /**
   * Stops what they have open, and deletes them, their turns, and their conversations on the hosts.
   *
   * @throws PaliadinError `not_allowed`, `conflict`; nothing was deleted in that case.
   */
  remove(actor: Actor, userId: string): Promise<Removed & { conversations: number }>;
  /** Everything that is stored about them, as JSON in pieces. */
  export(actor: Actor, userId: string): Promise<AsyncIterable<string>>;
}

export interface UserPage {
  users: UserOverview[];
  /** Null where this is the last page. */
  nextAfter: string | null;
}

export interface UserServiceOptions {
  store: Pick<
    Store,
    'appTools' | 'attachments' | 'users' | 'sessions' | 'conversations' | 'signIn' | 'audit' | 'turns' | 'events'
  >;
  /** Resolves when none of their turns is open any more. */
  stopTurns(userId: string): Promise<void>;
  /** Ends it on its host, permanently. */
  endConversation(session: Pick<AgentSession, 'name' | 'host'>): Promise<void>;
  /** UTC milliseconds. */
  clock(): number;
  /** Called for each user who was signed out; has to be quick. */
  onSignIn(event: SignInEvent): void;
}

export function createUserService(options: UserServiceOptions): UserService {
  const { store, stopTurns, endConversation, clock, onSignIn } = options;
  const { users } = store;

  async function get(userId: string): Promise<User> {
    const user = await users.get(userId);
    if (user === null) throw new PaliadinError('not_found', 'there is no user with this id');
    return user;
  }

  return {
    async list({ limit, ...query }) {
      const found = await users.overview(dayStart(clock()), { ...query, limit: limit + 1 });
      const page = found.slice(0, limit);
      return { users: page, nextAfter: found.length > limit ? (page.at(-1)?.id ?? null) : null };
    },
    countBrowsers: (userId) => store.signIn.countBrowserSessions(userId, clock()),
    get,

    async bySubject(subject) {
      const user = await users.bySubject(subject);
      if (user !== null) return user;
      throw new PaliadinError('not_found', `there is no user ${subject}; \`paliadin user list\` shows who there is`);
    },

    async change(actor, userId, change) {
      const user = await get(userId);
      requireMayChange(actor, user, change);
      const { role, disabled, dailyQuota } = change;
      const by = () => ({ actor: actor.id, at: clock() });
      if (role !== undefined && role !== user.role) await users.setRole(userId, role, by());
      if (dailyQuota !== undefined && dailyQuota !== user.dailyQuota) await users.setQuota(userId, dailyQuota, by());
      if (disabled === true) {
        if (user.disabledAt === null) await users.disable(userId, by());
        await stopTurns(userId);
      }
      if (disabled === false && user.disabledAt !== null) {
        const enabled = by();
        await users.enable(userId, enabled);
        await untilNewTokensCount(enabled.at);
      }
      const [changed] = await users.overview(dayStart(clock()), { ids: [userId] });
      if (changed === undefined) throw new PaliadinError('not_found', 'this user was deleted just now');
      return changed;
    },

    async signOut(actor, userId, { tokens }) {
      const user = await get(userId);
      if (user.role === 'owner' && actor.role !== 'owner') {
        throw new PaliadinError('not_allowed', 'only the owner signs the owner out');
      }
      const now = clock();
      const ended = await store.signIn.signOutEverywhere(userId, { now, tokens, actor: actor.id });
      onSignIn({ kind: 'sign-out', userId, way: 'admin', reason: `by ${actor.id}`, onRecord: true });
      await untilNewTokensCount(now);
      return { user, ...ended };
    },

    async remove(actor, userId) {
      const user = await get(userId);
      requireMayChange(actor, user, { disabled: true });
      const sessions = await store.sessions.list({ userId });
      const names = new Set(sessions.map(({ name }) => name));
      const removed = await removeUser(user, {
        users,
        by: () => ({ actor: actor.id, at: clock() }),
        stopTurns: () => stopTurns(userId),
        async endConversation() {
          const [left] = await forgetDeleted({ store, endConversation }, ({ name }) => names.has(name));
          if (left !== undefined) throw left;
        },
      });
      return { ...removed, conversations: sessions.length };
    },

    async export(actor, userId) {
      const user = await get(userId);
      const at = clock();
      const entry = { actor: actor.id, subject: userId, turnId: null, detail: {}, at };
      await store.audit.append([{ ...entry, action: 'user.exported' }]);
      return exportUser(store, user, at);
    },
  };
}

function requireMayChange(actor: Actor, user: User, { role, disabled }: UserChange): void {
  if (role !== undefined && actor.role !== 'owner') {
    throw new PaliadinError('not_allowed', 'only the owner changes roles');
  }
  if (disabled !== undefined && actor.id === user.id) {
    throw new PaliadinError('not_allowed', 'you cannot disable or delete your own account');
  }
  if (actor.id !== user.id && actor.role !== 'owner' && user.role !== 'member') {
    throw new PaliadinError('not_allowed', 'only the owner changes the owner and admins');
  }
  if ((role !== undefined || disabled !== undefined) && user.role === 'owner') {
    throw new PaliadinError('not_allowed', `${user.subject} is the owner; name another by PALIADIN_OWNER first`);
  }
}
