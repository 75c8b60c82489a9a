/** The measurements that the server reports. */
export interface ServerMetrics {
  contentType: string;
  text(): Promise<string>;
  answered(request: { method: string; route: string; status: number; ms: number }): void;
  /** How many event streams are open now. */
  streams(count: number): void;
}
