/** Users. */
import type { By } from '../contract/records/audit-log.ts';
import type { Role, User, UserOverview } from '../contract/records/user.ts';

export interface UserQuery {
  /** Each word of it is part of their subject, name or e-mail address; case does not matter. */
  search?: string | undefined;
  /** The id of the last user of the page before. */
  after?: string | undefined;
  limit?: number | undefined;
  /** One of these only. */
  ids?: readonly string[] | undefined;
}

export interface UserStore {
  /** Finds the user by subject, or creates one. An existing user is returned as it is. */
  ensure(user: {
    subject: string;
    name?: string;
    email?: string | null;
    locale?: string | null;
    role?: Role;
    now: number;
  }): Promise<{ user: User; created: boolean }>;
  get(id: string): Promise<User | null>;
  bySubject(subject: string): Promise<User | null>;
  /** Known first first. @throws PaliadinError `not_found` for an `after` that is not there */
  list(query?: UserQuery): Promise<User[]>;
  /** Updates what the sign-in method claims about them. @throws PaliadinError `not_found`, as the next four do */
  describe(id: string, says: Pick<User, 'name' | 'email' | 'locale'>): Promise<User>;
  setRole(id: string, role: Role, by: By): Promise<User>;
  /** A disabled user is refused by every sign-in method, and is told why; their open streams end within seconds. */
  disable(id: string, by: By): Promise<User>;
  /** The user has to sign in again everywhere; their API tokens stay valid. */
  enable(id: string, by: By): Promise<User>;
  setQuota(id: string, dailyQuota: number | null, by: By): Promise<User>;
  /** Makes this user the only owner, and enabled; a previous owner becomes a member. */
  setOwner(id: string, by: By): Promise<User>;
  /** As `list`, with their recent activity. `today` is when the day began. */
  overview(today: number, query?: UserQuery): Promise<UserOverview[]>;
  /**
   * Deletes the user and all that they said. The statistics of all users stay; so do the user's rows in the audit log.
   * `erased: false`: a reader of the database keeps its log from being emptied now; that is done later.
   * @throws PaliadinError `not_found`; `conflict` while one of their turns is open.
   */
  remove(id: string, by: By): Promise<{ turns: number; erased: boolean }>;
}
