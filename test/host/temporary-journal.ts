import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Journal, openJournal } from '../../src/host/journal.ts';
import type { TurnEntry } from '../../src/host/turn-entry.ts';
import { temporaryDirectory } from '../support/temporary.ts';

/** A journal in a directory that goes with the test. `again` opens it as the next daemon would. */
export async function temporaryJournal(): Promise<{ journal: Journal; root: string; again(): Journal }> {
  const directory = await temporaryDirectory();
  onTestFinished(directory.remove);
  const root = join(directory.path, 'sessions');
  return { journal: openJournal(root), root, again: () => openJournal(root) };
}

export function anEntry(known: Partial<TurnEntry> = {}): TurnEntry {
  return {
    turnId: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    digest: 'd',
    nonce: 'n',
    state: 'running',
    acceptedAt: 1,
    fence: 1,
    endedAt: null,
    answer: '',
    code: null,
    detail: null,
    inputTokens: null,
    outputTokens: null,
    late: false,
    ...known,
  };
}
