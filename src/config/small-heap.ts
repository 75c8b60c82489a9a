/**
 * A young generation of 1 MB instead of 16, for every process of ours that stays: what a turn needs is soon garbage, and
 * collecting it often and in small steps delays nobody.
 */
export const SMALL_HEAP = '--max-semi-space-size=1';
