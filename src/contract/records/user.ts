/** Whoever asks, and what is known of them. */

export type Role = 'owner' | 'admin' | 'member';

export interface User {
  id: string;
  /** The name by which the way in knows the user: `anna` here, `jwt:…` by an application's token, `proxy:…` by a proxy. */
  subject: string;
  name: string;
  email: string | null;
  role: Role;
  locale: string | null;
  createdAt: number;
  disabledAt: number | null;
  /** Signed in everywhere anew since: what an application's token said before this doesn't count. */
  signedOutAt: number | null;
  /** Questions a day; null: as many as they like. */
  dailyQuota: number | null;
}

export interface UserOverview extends User {
  lastSeenAt: number | null;
  turnsToday: number;
  /** All that were accepted: waiting, under way, ended, and deleted since. */
  turns: number;
}
