/** The stretches of time that figures and turns are looked at over. The contract's own list would bring Zod along. */
import type { StatsRange } from '../../../contract/admin/stats.ts';

/** How many whole days of the reader's before today. */
export const daysBefore: Record<StatsRange, number> = { today: 0, '7d': 6, '30d': 29, '90d': 89 };

export const statsRanges = Object.keys(daysBefore) as StatsRange[];
