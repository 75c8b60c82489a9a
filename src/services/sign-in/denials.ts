/**
 * Failed sign-ins are recorded one by one while there are few. During a flood the audit log gets one row an hour with
 * the number of the others: it stays readable, and guesses can't fill the disk.
 */
import type { SignInEvent } from './sign-in-event.ts';

export interface OmittedDenials {
  /** How many of each `way`. */
  ways: ReadonlyMap<string, number>;
  /** For how long they were counted, in milliseconds. */
  ms: number;
}

export interface DenialLimits {
  /** After this period, an hour, counting starts anew. */
  periodMs: number;
  /** Rows in a period for each key, such as an address. */
  perKey: number;
  /** Rows in a period for all keys together. */
  total: number;
}

export interface Denials {
  /** Writes the event, or counts it if there were too many. */
  add(key: string, event: SignInEvent): void;
  /** Counts an event that is not written. */
  omit(way: string): void;
  /** Writes the counts, and waits until they are on record. */
  close(): Promise<void>;
}

interface Needs {
  write(event: SignInEvent): void;
  writeOmitted(omitted: OmittedDenials): Promise<void>;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  limits?: DenialLimits | undefined;
}

export function boundDenials({ write, writeOmitted, now, limits = defaults }: Needs): Denials {
  const written = new Map<string, number>(); // bounded by `total`
  let rows = 0;
  let startedAt = now();
  let omitted = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const ways = omitted;
    const ms = now() - startedAt;
    omitted = new Map();
    written.clear();
    rows = 0;
    startedAt = now();
    if (ways.size > 0) await writeOmitted({ ways, ms });
  };

  const roll = (): void => {
    if (now() - startedAt >= limits.periodMs) void flush();
  };

  const omit = (way: string): void => {
    roll();
    omitted.set(way, (omitted.get(way) ?? 0) + 1);
    // A timer, so that the counts are written even if no further attempt comes.
    timer ??= setTimeout(() => void flush(), limits.periodMs - (now() - startedAt)).unref();
  };

  return {
    add(key, event) {
      roll();
      const before = written.get(key) ?? 0;
      if (rows >= limits.total || before >= limits.perKey) return omit(event.way);
      rows++;
      written.set(key, before + 1);
      write(event);
    },
    omit,
    close: flush,
  };
}

const defaults: DenialLimits = {
  // Soon enough to see an attack while it goes on, and 24 rows a day at most.
  periodMs: 3_600_000,
  // What a person causes who mistakes an old link for a new one.
  perKey: 10,
  // More than one person reads.
  total: 200,
};
