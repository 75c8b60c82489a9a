/** What the driver has to remember of a session's agent for as long as that runs: a file in the session's directory. */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const remembered = z.object({
  /** By which its hooks are known to be its own. */
  secret: z.string(),
  /** Where its hooks call: as it was when the agent started. */
  port: z.int(),
  conversation: z.string(),
  /** Its configuration; missing where it was started before each could have its own. */
  configuration: z.string().optional(),
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

/** The secret stays the same: an agent that runs beside, as one that is just ending, may still call. */
export function remember(
  directory: string,
  { port, conversation, configuration }: Omit<Remembered, 'secret'>,
): Remembered {
  const secret = recall(directory)?.secret ?? randomBytes(32).toString('hex');
  const entry = { secret, port, conversation, configuration };
  const file = join(directory, FILE);
  writeFileSync(`${file}.new`, JSON.stringify(entry), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return entry;
}

const FILE = 'claude.json';
