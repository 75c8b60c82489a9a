/** For a process that stays and has little to do for each turn: a young generation of 1 MB instead of 16. */
export const SMALL_HEAP = '--max-semi-space-size=1';
