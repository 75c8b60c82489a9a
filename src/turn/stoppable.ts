import { PaliadinError } from '../contract/errors.ts';

/** What `work` comes to, unless `stop` aborts first: then PaliadinError `cancelled`, and `work` is let go. */
export async function stoppable<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new PaliadinError('cancelled'));
  stop.addEventListener('abort', abort);
  if (stop.aborted) abort();
  try {
    // In this order, so that what was stopped before does not go on because the work was done before, too.
    return await Promise.race([promise, work]);
  } finally {
    stop.removeEventListener('abort', abort);
  }
}
