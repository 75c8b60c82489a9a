/** What the driver has to know of a session's agent for as long as that runs: a file in the session's directory. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const remembered = z.object({
  /** Where its hooks call: as it was when the agent started. */
  port: z.int(),
  conversation: z.string(),
  /** Its configuration; missing where it was started before each could have its own. */
  configuration: z.string().optional(),
  /** Up to version 0.1.0 the secret of its hooks was here. The relay does not take it. */
  secret: z.string().optional(),
});
export type Remembered = z.infer<typeof remembered>;

/** Null before the session's agent was started for the first time. */
export function recall(directory: string): Remembered | null {
  try {
    return remembered.parse(JSON.parse(readFileSync(join(directory, FILE), 'utf8')));
  } catch {
    return null;
  }
}

export function remember(directory: string, entry: Omit<Remembered, 'secret'>): void {
  const file = join(directory, FILE);
  writeFileSync(`${file}.new`, JSON.stringify(entry), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

const FILE = 'claude.json';
