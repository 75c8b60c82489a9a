/** A turn as the journal stores it. */
import { z } from 'zod';
import { errorCode } from '../contract/error-code.ts';
import { TURN_ID_PATTERN } from '../contract/names.ts';
import { turnCost } from '../contract/turn-cost.ts';
import type { End } from './end.ts';

export const turnEntry = z.object({
  turnId: z.string().regex(TURN_ID_PATTERN),
  /** SHA-256 of everything that was asked, to distinguish a repetition from another question. */
  digest: z.string(),
  /** See `TurnPaths`. */
  nonce: z.string(),
  /** The highest fence of any request for it. */
  fence: z.int().default(0),
  state: z.enum(['delivering', 'running', 'done', 'failed', 'cancelled', 'unknown']),
  /** UTC milliseconds. */
  acceptedAt: z.int(),
  endedAt: z.int().nullable(),
  locale: z.string().optional(),
  answer: z.string(),
  /** The offset from which the answer differs from what was emitted first. */
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

/** The turn stays given up, but its answer is stored. */
export function withLateAnswer(entry: TurnEntry, end: End, answer: string): TurnEntry {
  return { ...entry, answer, late: true, inputTokens: end.inputTokens, outputTokens: end.outputTokens };
}
