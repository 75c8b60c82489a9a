/**
 * Writes journal entries as fast as it can, until it is killed: `node write-journal.ts ROOT SESSION`. Each turn
 * is rewritten as it would be while it runs, and each write is reported, as `TURN VERSION`, once it is done.
 */
import { createHash, randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openJournal } from '../../../src/host/journal.ts';
import type { TurnEntry } from '../../../src/host/turn-entry.ts';

const [root = '', session = ''] = process.argv.slice(2);
const journal = openJournal(root);
const states = ['delivering', 'running', 'done'] as const;

for (;;) {
  const turnId = randomUUID();
  for (const [version, state] of states.entries()) {
    // The end is a line after the states before.
    if (state === 'done') await journal.updateTurn(session, entry(turnId, version, state));
    else await journal.writeTurn(session, entry(turnId, version, state));
    report(turnId, version);
  }
}

/** Long enough to be torn, with its own checksum to show it. */
function entry(turnId: string, version: number, state: (typeof states)[number]): TurnEntry {
  const answer = `version ${version} `.repeat(5000 * version);
  const digest = createHash('sha256').update(answer).digest('hex');
  return {
    turnId,
    digest,
    nonce: '',
    state,
    acceptedAt: 1,
    fence: 1,
    endedAt: state === 'done' ? 2 : null,
    answer,
    code: null,
    detail: null,
    inputTokens: version,
    outputTokens: null,
    late: false,
  };
}

// At once: what is still in a buffer of ours when we are killed would look lost.
function report(turnId: string, version: number): void {
  writeSync(1, `${turnId} ${version}\n`);
}
