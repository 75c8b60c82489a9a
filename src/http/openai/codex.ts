/**
 * Codex repeats a response that failed, was stopped, or broke off, up to five times. What was asked may not be asked again by
 * itself: the agent may have acted on it.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Transcript } from './transcript.ts';

export function isCodex({ headers }: FastifyRequest): boolean {
  return /^codex/i.test(String(headers.originator ?? '')) || /^codex/i.test(headers['user-agent'] ?? '');
}

/** One of OpenAI's own codes that Codex does not repeat. */
export const FINAL_CODE = 'invalid_prompt';

const turnMetadata = z.object({ turn_id: z.string().min(1).max(200) });

/** The same for a request that Codex repeats; a turn of Codex's may also have several. */
export function codexKey(
  { headers }: FastifyRequest,
  { question, files, known }: Pick<Transcript, 'question' | 'files' | 'known'>,
): string | undefined {
  const metadata = turnMetadata.safeParse(parsed(String(headers['x-codex-turn-metadata'] ?? '')));
  if (!metadata.success) return undefined;
  const hash = createHash('sha256').update(JSON.stringify([metadata.data.turn_id, known.length, question]));
  for (const { data } of files) hash.update(`${data.length}:`).update(data);
  return `codex:${hash.digest('hex')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
