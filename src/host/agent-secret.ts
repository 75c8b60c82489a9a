/**
 * The secret by which a session's agent is known to be its own: one for each session, whatever its driver. It lies in the
 * session's journal directory, and not in the agent's own, which an agent may be able to write.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PaliadinError } from '../contract/errors.ts';
import { SESSION_PATTERN } from '../contract/names.ts';
import { writeAtomically } from '../process/files.ts';

/**
 * The session's secret, 64 hexadecimal digits; made on first use (0600). `sessionsDirectory` is the journal's.
 * It stays the same: an agent that runs beside, as one that is just ending, may still call.
 *
 * @throws PaliadinError `bad_request` where `session` is not a session's name.
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

/** Null where the session has none yet. @throws PaliadinError `bad_request` where `session` is not a session's name. */
export function readAgentSecret(sessionsDirectory: string, session: string): string | null {
  try {
    const secret = readFileSync(fileOf(sessionsDirectory, session), 'utf8');
    return SECRET.test(secret) ? secret : null;
  } catch (error) {
    if (error instanceof PaliadinError) throw error;
    return null;
  }
}

/** From now on the old secret opens nothing; the next agent is started with a new one. */
export function revokeAgentSecret(sessionsDirectory: string, session: string): void {
  rmSync(fileOf(sessionsDirectory, session), { force: true });
}

/** A name that is none could lead anywhere. */
function fileOf(sessionsDirectory: string, session: string): string {
  if (!SESSION_PATTERN.test(session)) throw new PaliadinError('bad_request', 'this is not a session’s name');
  return join(sessionsDirectory, session, 'agent-secret');
}

const SECRET = /^[0-9a-f]{64}$/;
