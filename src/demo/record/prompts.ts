/** `prompts.jsonl`: every prompt that this agent ever received, so that a double delivery is detected. */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export function notePrompt(directory: string, turnId: string | null, message: string): void {
  const entry = {
    turnId,
    message: message.slice(0, MAX_NOTED_LENGTH),
    sha256: createHash('sha256').update(message).digest('hex'),
    bytes: Buffer.byteLength(message),
  };
  appendFileSync(join(directory, 'prompts.jsonl'), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

/** Enough to recognise a prompt; the digest covers the rest. */
const MAX_NOTED_LENGTH = 500;
