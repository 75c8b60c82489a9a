/** What a figure counts in. */
export type Unit = 'count' | 'share' | 'span';
