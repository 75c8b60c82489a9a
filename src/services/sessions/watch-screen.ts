import type { Backend } from '../../backend/backend.ts';
import type { ScreenView } from '../../contract/screen.ts';

/** What a terminal shows, as it changes, at the reader’s pace: the next picture is made once the last one was taken. */
export async function* watchScreen(
  backend: Pick<Backend, 'watchScreen'>,
  session: string,
  signal: AbortSignal,
): AsyncGenerator<ScreenView> {
  let next: ScreenView | null = null;
  let taken = () => {};
  let wake = () => {};
  let over: { error: unknown } | null = null;
  const leave = new AbortController();
  const stop = () => {
    leave.abort();
    wake();
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  leave.signal.addEventListener('abort', () => taken());
  const show = (screen: ScreenView) => {
    next = screen;
    wake();
    return new Promise<void>((resolve) => {
      taken = resolve;
      if (leave.signal.aborted) resolve();
    });
  };
  backend
    .watchScreen(session, show, leave.signal)
    .then(
      () => {
        over = { error: null };
      },
      (error: unknown) => {
        over = { error };
      },
    )
    .finally(() => wake());
  try {
    for (;;) {
      while (next === null && over === null && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const screen: ScreenView | null = next;
      if (screen === null) {
        const ended = over as { error: unknown } | null;
        if (ended?.error && !signal.aborted) throw ended.error;
        return;
      }
      next = null;
      yield screen;
      taken();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
