/** Runs out where it is not begun again in time. */
export interface Deadline {
  restart(): void;
  stop(): void;
}

export function deadline(ms: number, onPast: () => void): Deadline {
  let timer = setTimeout(onPast, ms);
  return {
    restart() {
      clearTimeout(timer);
      timer = setTimeout(onPast, ms);
    },
    stop: () => clearTimeout(timer),
  };
}
