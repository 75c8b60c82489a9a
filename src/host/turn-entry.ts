/** A turn as the journal keeps it. */
import { z } from 'zod';
import { errorCode } from '../contract/error-code.ts';
import { TURN_ID_PATTERN } from '../contract/names.ts';
import { turnCost } from '../contract/turn-cost.ts';
import type { End } from './end.ts';

export const turnEntry = z.object({
  turnId: z.string().regex(TURN_ID_PATTERN),
  /** SHA-256 of everything that was asked, to tell a repetition from another question. */
  digest: z.string(),
  /** See `TurnPaths`. */
  nonce: z.string(),
  /** The highest that it was asked with. */
  fence: z.int().default(0),
  state: z.enum(['delivering', 'running', 'done', 'failed', 'cancelled', 'unknown']),
  /** UTC milliseconds. */
  acceptedAt: z.int(),
  endedAt: z.int().nullable(),
  locale: z.string().optional(),
  answer: z.string(),
  /** From here on the answer is not what had been told first. */
  changedFrom: z.int().optional(),
  code: errorCode.nullable(),
  detail: z.string().nullable(),
  inputTokens: z.int().nullable(),
  outputTokens: z.int().nullable(),
  late: z.boolean(),
  cost: turnCost.optional(),
});

export type TurnEntry = z.infer<typeof turnEntry>;

export function withEnd(entry: TurnEntry, end: End, answer: string, endedAt: number): TurnEntry {
  return { ...entry, ...end, answer, endedAt };
}

/** The turn stays given up; its answer is there all the same. */
export function withLateAnswer(entry: TurnEntry, end: End, answer: string): TurnEntry {
  return { ...entry, answer, late: true, inputTokens: end.inputTokens, outputTokens: end.outputTokens };
}
