/** Something that is done on the gateway at a press: under way, done, or refused and why. */
import { useState } from 'react';
import { isSignedOut, Refusal } from '../../request.ts';
import { useAdmin } from '../page.ts';

export interface Action {
  busy: boolean;
  /** In words, for the person. */
  problem: string | null;
  clear(): void;
  /** Null where it failed. `done` is said to whoever listens. */
  run<T>(method: string, path: string, options: { body?: unknown; done?: string }): Promise<T | null>;
}

export function useAction(): Action {
  const { call, w, announce, onTurnedAway } = useAdmin();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  return {
    busy,
    problem,
    clear: () => setProblem(null),
    async run<T>(method: string, path: string, { body, done }: { body?: unknown; done?: string }) {
      setBusy(true);
      setProblem(null);
      try {
        const { json } = await call(method, path, body === undefined ? {} : { body });
        if (done !== undefined) announce(done);
        return json as T;
      } catch (error) {
        if (isSignedOut(error)) onTurnedAway();
        setProblem(problemWords(error, w.unreachable));
        return null;
      } finally {
        setBusy(false);
      }
    },
  };
}

/** What went wrong, with the detail that an owner can act on. */
export function problemWords(error: unknown, unreachable: string): string {
  if (!(error instanceof Refusal)) return unreachable;
  const { message, detail } = error.body;
  return detail === null ? message : `${message} (${detail})`;
}
