/** For a process that passes bytes on and keeps none: a young generation of 1 MB instead of 16. */
export const SMALL_HEAP = '--max-semi-space-size=1';
