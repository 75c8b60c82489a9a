/** Does the work of one key one after the other, and that of different keys at once. */
export interface OneByOne {
  <T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export function oneByOne(): OneByOne {
  const last = new Map<string, Promise<unknown>>();
  const run = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    const done = result.then(
      () => {},
      () => {}, // the caller has the error
    );
    last.set(key, done);
    void done.then(() => {
      if (last.get(key) === done) last.delete(key);
    });
    return result;
  };
  return Object.assign(run, {
    async idle() {
      while (last.size > 0) await Promise.all(last.values());
    },
  });
}
