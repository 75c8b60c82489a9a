/** Users. */
import type { By } from '../contract/records/audit-log.ts';
import type { Role, User, UserOverview } from '../contract/records/user.ts';

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
  list(): Promise<User[]>;
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
  /** All users, with their recent activity. `today` is when the day began. */
  overview(today: number): Promise<UserOverview[]>;
  /**
   * Deletes the user and all that they said. The statistics of all users stay; so do the user's rows in the audit log.
   * `erased: false`: a reader of the database keeps its log from being emptied now; that is done later.
   * @throws PaliadinError `not_found`; `conflict` while one of their turns is open.
   */
  remove(id: string, by: By): Promise<{ turns: number; erased: boolean }>;
}
