/** For a process that only forwards bytes: a young generation of 1 MB instead of 16. */
export const SMALL_HEAP = '--max-semi-space-size=1';
