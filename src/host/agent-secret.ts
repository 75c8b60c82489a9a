/**
 * The secret that identifies a session's agent: one for each session, whatever its driver. It is in the session's
 * journal directory, not in the agent's own directory, which an agent may be able to write.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PaliadinError } from '../contract/errors.ts';
import { SESSION_PATTERN } from '../contract/names.ts';
import { writeAtomically } from '../process/files.ts';

/**
 * The session's secret, 64 hexadecimal digits; created on first use (0600). `sessionsDirectory` is the journal's. It
 * stays the same across agents: one that is just ending may still call.
 *
 * @throws PaliadinError `bad_request` if `session` is not a session's name.
 */
export function agentSecret(sessionsDirectory: string, session: string): string {
  const known = readAgentSecret(sessionsDirectory, session);
  if (known !== null) return known;
  const file = fileOf(sessionsDirectory, session);
  const secret = randomBytes(32).toString('hex');
  mkdirSync(join(sessionsDirectory, session), { recursive: true, mode: 0o700 });
  writeAtomically(file, secret);
  return secret;
}

/** Null if the session has none yet. @throws PaliadinError `bad_request` if `session` is not a session's name. */
export function readAgentSecret(sessionsDirectory: string, session: string): string | null {
  try {
    const secret = readFileSync(fileOf(sessionsDirectory, session), 'utf8');
    return SECRET.test(secret) ? secret : null;
  } catch (error) {
    if (error instanceof PaliadinError) throw error;
    return null;
  }
}

/** Invalidates the old secret at once; the next agent gets a new one. */
export function revokeAgentSecret(sessionsDirectory: string, session: string): void {
  rmSync(fileOf(sessionsDirectory, session), { force: true });
}

/** Checks the name first: an invalid one could lead to any path. */
function fileOf(sessionsDirectory: string, session: string): string {
  if (!SESSION_PATTERN.test(session)) throw new PaliadinError('bad_request', 'this is not a session’s name');
  return join(sessionsDirectory, session, 'agent-secret');
}

const SECRET = /^[0-9a-f]{64}$/;
