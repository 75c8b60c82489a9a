/** Emits sign-ins, refusals and sign-outs for the audit log. */

import { boundDenials, type DenialLimits, type OmittedDenials } from './denials.ts';
import type { SignInEvent } from './sign-in-event.ts';

export interface SignInEvents {
  emit(event: SignInEvent): void;
  /** The same, for events that every request causes: emitted once in a while for each key. */
  emitSeldom(key: string, event: SignInEvent): void;
  /** A failed sign-in, with the key of its client: written while there are few, else counted. */
  deny(key: string, event: SignInEvent): void;
  /** A failed sign-in that is only counted. */
  omitDenial(way: string): void;
  close(): Promise<void>;
}

export interface SignInRecord {
  write(event: SignInEvent): void;
  writeOmitted(omitted: OmittedDenials): Promise<void>;
}

/** `now` gives milliseconds of a clock that only goes forward. */
export function createSignInEvents(record: SignInRecord, now: () => number, limits?: DenialLimits): SignInEvents {
  const denials = boundDenials({ ...record, now, limits });
  // Two limits, so that a flood of denials does not keep successful sign-ins from being recorded.
  const [isSignInDue, isDenialDue] = [onceInAWhile(now), onceInAWhile(now)];

  return {
    emit: record.write,
    emitSeldom(key, event) {
      if (event.kind !== 'sign-in-denied') {
        if (isSignInDue(key)) record.write(event);
      } else if (isDenialDue(key)) denials.add(key, event);
      else denials.omit(event.way);
    },
    deny: denials.add,
    omitDenial: denials.omit,
    close: denials.close,
  };
}

function onceInAWhile(now: () => number): (key: string) => boolean {
  const told = new Map<string, number>();
  return (key) => {
    const at = now();
    const last = told.get(key);
    if (last !== undefined && at - last < SELDOM_MS) return false;
    if (told.size >= MAX_KEPT) for (const [old, since] of told) if (at - since >= SELDOM_MS) told.delete(old);
    // A client that tries very many keys must not fill memory and audit log.
    if (told.size >= MAX_KEPT) return false;
    told.set(key, at);
    return true;
  };
}

// As often as a browser that its application signs in again.
const SELDOM_MS = 12 * 3_600_000;
const MAX_KEPT = 10_000;
