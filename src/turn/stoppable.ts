import { PaliadinError } from '../contract/errors.ts';

/** The result of `work`, unless `stop` aborts first: then PaliadinError `cancelled`, and `work` is abandoned. */
export async function stoppable<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new PaliadinError('cancelled'));
  stop.addEventListener('abort', abort);
  if (stop.aborted) abort();
  try {
    // The order matters: a run that was stopped first must not continue because the work is done as well.
    return await Promise.race([promise, work]);
  } finally {
    stop.removeEventListener('abort', abort);
  }
}
