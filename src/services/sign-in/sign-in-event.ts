/** A sign-in, a refused sign-in, or a sign-out. */
export interface SignInEvent {
  kind: 'sign-in' | 'sign-in-denied' | 'sign-out';
  /** Null where the user is not known. */
  userId: string | null;
  /** `code`, `jwt`, `proxy`, `token`, `cookie`. */
  way: string;
  reason?: string;
  /** The store has already recorded it together with its effect. */
  onRecord?: true;
}
