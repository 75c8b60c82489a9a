import { PaliadinError } from '../contract/errors.ts';
import type { Reading } from './agents/reading.ts';
import type { Pane } from './tmux/pane.ts';

/**
 * Reads the screen after each new output, until `accept` returns true. Resolves with that reading.
 *
 * @throws PaliadinError `agent_not_ready` when that does not happen in time or a dialog opens,
 *   `agent_stopped` when the program ends, `cancelled` when `signal` aborts.
 */
export async function untilScreen(
  pane: Pane,
  read: (pane: Pane) => Promise<Reading>,
  options: {
    accept(reading: Reading): boolean;
    timeoutMs: number;
    signal?: AbortSignal;
    /** Describes the obstacle, if it is not a dialog. */
    explain?(reading: Reading): string;
  },
): Promise<Reading> {
  const deadline = performance.now() + options.timeoutMs;
  const explain = options.explain ?? (() => 'the agent does not react to its keys');
  const inTheWay = (reading: Reading) =>
    reading.state === 'dialog' ? `a dialog is open: ${reading.text}` : explain(reading);
  let dialogSince: number | null = null;
  const drawings = followDrawings(pane, options.signal);
  try {
    for (;;) {
      const reading = await read(pane);
      if (options.accept(reading)) return reading;
      if (options.signal?.aborted) throw new PaliadinError('cancelled');
      const end = await pane.ended();
      if (end !== null) throw new PaliadinError('agent_stopped', `the agent has ended: ${end}`);
      const now = performance.now();
      // A program that is still drawing can look like a dialog for a moment.
      dialogSince = reading.state === 'dialog' ? (dialogSince ?? now) : null;
      const dialog = dialogSince !== null && now - dialogSince >= DIALOG_STANDS_MS;
      if (dialog || now >= deadline) throw new PaliadinError('agent_not_ready', inTheWay(reading));
      await drawings.next();
    }
  } finally {
    drawings.close();
  }
}

/** `next` resolves when there was output since it last resolved, or after a short time without any. */
function followDrawings(pane: Pane, signal: AbortSignal | undefined) {
  let drawn = false;
  let wake = () => {};
  const notice = () => {
    drawn = true;
    wake();
  };
  pane.on('drawn', notice);
  pane.on('lost', notice);
  signal?.addEventListener('abort', notice);
  return {
    async next(): Promise<void> {
      if (!drawn) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, BACKSTOP_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      drawn = false;
    },
    close(): void {
      pane.off('drawn', notice);
      pane.off('lost', notice);
      signal?.removeEventListener('abort', notice);
    },
  };
}

// Changes without output (an exit, a deadline) are noticed after this time.
const BACKSTOP_MS = 200;
const DIALOG_STANDS_MS = 300;
