import type { Reply } from './script.ts';

/** As it answers a subscription that is used up. */
export function limit(): Reply {
  const reset = String(Math.floor(Date.now() / 1000) + 3600);
  return {
    status: 429,
    error: 'rate_limit_error',
    headers: {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': reset,
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
      'anthropic-ratelimit-unified-5h-status': 'rejected',
      'anthropic-ratelimit-unified-5h-reset': reset,
      'anthropic-ratelimit-unified-5h-utilization': '1',
      'retry-after': '3600',
    },
  };
}
