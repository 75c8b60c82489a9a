/** Waits for a wake-up that may have come already. */
export interface Woken {
  now(): void;
  /** Resolves after the next wake-up, at once if one came since the last call; after `ms` at the latest. */
  within(ms: number): Promise<void>;
}

export function woken(): Woken {
  let isDue = false;
  let wake = () => {};
  return {
    now() {
      isDue = true;
      wake();
    },
    async within(ms) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, isDue ? 0 : ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      isDue = false;
    },
  };
}
