/** Counts the requests of each user over all gateways, in windows of time by the server's clock. */
export interface RequestCounts {
  /** Counts one more. `ttl`: milliseconds until the user's count starts anew. */
  add(userId: string, windowMs: number): Promise<{ current: number; ttl: number }>;
  /** Forgets users whose window is over. */
  prune(): Promise<void>;
}
