/** A user, and what is known of them. */

export type Role = 'owner' | 'admin' | 'member';

export interface User {
  id: string;
  /** The user's name in their sign-in method: `anna` here, `jwt:…` by an application's token, `proxy:…` by a proxy. */
  subject: string;
  name: string;
  email: string | null;
  role: Role;
  locale: string | null;
  createdAt: number;
  disabledAt: number | null;
  /** When the user was signed out everywhere: an application's token from before this is refused. */
  signedOutAt: number | null;
  /** Questions a day; null: no limit. */
  dailyQuota: number | null;
}

export interface UserOverview extends User {
  lastSeenAt: number | null;
  turnsToday: number;
  /** All turns that were accepted: waiting, under way, ended, and deleted since. */
  turns: number;
}
