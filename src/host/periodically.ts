/** Work that a process repeats for as long as it runs, and that does not keep it running. */

/** Each pause begins when the work is done. `onError` is called for each time that it fails. */
export function periodically(everyMs: number, work: () => Promise<unknown>, onError: (error: unknown) => void): void {
  const next = () => setTimeout(() => work().catch(onError).finally(next), everyMs).unref();
  next();
}
