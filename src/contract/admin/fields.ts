/** Fields that several shapes of the administrators' API share. All times are UTC milliseconds, all durations milliseconds. */
import { z } from 'zod';
import { SESSION_PATTERN, TURN_ID_PATTERN } from '../names.ts';

export const turnId = z.string().regex(TURN_ID_PATTERN);
export const time = z.int().describe('UTC milliseconds');
export const duration = z.number().nullable().describe('milliseconds; null where there is nothing to measure');
export const count = z.int().min(0);
export const role = z.enum(['owner', 'admin', 'member']);
export const session = z.string().regex(SESSION_PATTERN);
export const page = z.coerce.number().int().min(1).max(200).default(50);

export const person = z.object({
  id: z.uuid(),
  name: z.string().describe('empty once the user’s data was deleted'),
});

/** Of an export: all rows that match the filters, newest first, as a file. */
export const format = z.enum(['csv', 'json']).default('csv');
