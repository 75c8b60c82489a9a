/** Somebody came in, was turned away, or left. */
export interface SignInEvent {
  kind: 'sign-in' | 'sign-in-denied' | 'sign-out';
  /** Null where nobody knows who it was. */
  userId: string | null;
  /** `code`, `jwt`, `proxy`, `token`, `cookie`. */
  way: string;
  reason?: string;
  /** The store has put it on record together with what it did. */
  onRecord?: true;
}
