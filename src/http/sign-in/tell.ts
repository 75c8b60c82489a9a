/** Who came in, who was turned away, who left: for the record. */

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

export interface Teller {
  tell(event: SignInEvent): void;
  /** The same, for what is seen with every request: once in a while for each key. */
  tellSeldom(key: string, event: SignInEvent): void;
}

/** `now` gives milliseconds of a clock that only goes forward. */
export function createTeller(onSignIn: ((event: SignInEvent) => void) | undefined, now: () => number): Teller {
  const told = new Map<string, number>();
  const tell = (event: SignInEvent) => onSignIn?.(event);
  return {
    tell,
    tellSeldom(key, event) {
      const at = now();
      const last = told.get(key);
      if (last !== undefined && at - last < SELDOM_MS) return;
      if (told.size >= MAX_KEPT) for (const [old, since] of told) if (at - since >= SELDOM_MS) told.delete(old);
      // Somebody who tries a great many keys shall not fill memory and record.
      if (told.size >= MAX_KEPT) return;
      told.set(key, at);
      tell(event);
    },
  };
}

// As often as a browser that is told to by its application.
const SELDOM_MS = 12 * 3_600_000;
const MAX_KEPT = 10_000;
