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
  /** What the way in says of them now. @throws PaliadinError `not_found`, as the next four do */
  describe(id: string, says: Pick<User, 'name' | 'email' | 'locale'>): Promise<User>;
  setRole(id: string, role: Role, by: By): Promise<User>;
  /** Whoever is disabled is not let in, by whatever way, and is told so; streams of theirs end within seconds. */
  disable(id: string, by: By): Promise<User>;
  /** They have to sign in again everywhere; their API tokens go on. */
  enable(id: string, by: By): Promise<User>;
  setQuota(id: string, dailyQuota: number | null, by: By): Promise<User>;
  /** Makes this user the only owner, and enabled; whoever was one before is a member from now on. */
  setOwner(id: string, by: By): Promise<User>;
  /** All, with what they did lately. `today` is when the day began. */
  overview(today: number): Promise<UserOverview[]>;
  /**
   * Deletes the user and all that they said. What was counted stays, without them; so do their rows in the audit log.
   * `erased: false`: somebody who reads the database just now keeps its log from being emptied; that is done later.
   * @throws PaliadinError `not_found`; `conflict` while one of their turns is open.
   */
  remove(id: string, by: By): Promise<{ turns: number; erased: boolean }>;
}
