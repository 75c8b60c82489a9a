/** What `work` comes to, if it does within so many milliseconds; else what `late` makes of it is thrown, and `work` let go. */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), ms);
  work.catch(() => {}); // what it comes to later is nobody's
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
