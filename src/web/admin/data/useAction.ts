/** Something that is done on the gateway at a press: under way, done, or refused and why. */
import { useState } from 'react';
import { isSignedOut, Refusal } from '../../../client/request.ts';
import { useAdmin } from '../page.ts';

export interface Action {
  busy: boolean;
  /** In words, for the person. */
  problem: string | null;
  clear(): void;
  /** Null where it failed. `done` is said to whoever listens. */
  run<T>(method: string, path: string, options: { body?: unknown; done?: string }): Promise<T | null>;
  /** Saves what is at this path as a file. */
  save(path: string): Promise<void>;
}

export function useAction(): Action {
  const { call, save, w, announce, onTurnedAway } = useAdmin();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = async <T>(act: () => Promise<T>): Promise<T | null> => {
    setBusy(true);
    setProblem(null);
    try {
      return await act();
    } catch (error) {
      if (isSignedOut(error)) onTurnedAway();
      setProblem(problemWords(error, w.unreachable));
      return null;
    } finally {
      setBusy(false);
    }
  };
  return {
    busy,
    problem,
    clear: () => setProblem(null),
    run: <T>(method: string, path: string, { body, done }: { body?: unknown; done?: string }) =>
      attempt(async () => {
        const { json } = await call(method, path, body === undefined ? {} : { body });
        if (done !== undefined) announce(done);
        return json as T;
      }),
    save: async (path) => void (await attempt(() => save(path))),
  };
}

/** What went wrong, with the detail that an owner can act on. */
export function problemWords(error: unknown, unreachable: string): string {
  if (!(error instanceof Refusal)) return unreachable;
  const { message, detail } = error.body;
  return detail === null ? message : `${message} (${detail})`;
}
