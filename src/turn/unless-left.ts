/**
 * The result of `work`; undefined where `leave` aborts and `work` takes more than a moment longer. A run that leaves a
 * turn waits that long for the store, no longer: the next run asks the host again.
 */
export async function unlessLeft<T>(work: Promise<T>, leave: AbortSignal): Promise<T | undefined> {
  const { promise: left, resolve } = Promise.withResolvers<undefined>();
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    timer = setTimeout(resolve, GRACE_MS, undefined);
  };
  leave.addEventListener('abort', wait);
  if (leave.aborted) wait();
  try {
    return await Promise.race([work, left]);
  } finally {
    leave.removeEventListener('abort', wait);
    clearTimeout(timer);
  }
}

const GRACE_MS = 1000;
