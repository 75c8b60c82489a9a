/**
 * F26: the process that writes the host's journal is killed at random moments, again and again. No entry is ever
 * half written, and no entry that was reported as written is lost.
 */
import { spawn } from 'node:child_process';
import { createHash, randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openJournal } from '../../src/host/journal.ts';
import type { TurnEntry } from '../../src/host/turn-entry.ts';
import { temporaryDirectory } from '../support/temporary.ts';

// Thirty starts of a program take some seconds, and ten times that on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

test('F26: thirty kills during writes leave whole entries, and all that were reported written', async () => {
  const root = await temporaryDirectory();
  onTestFinished(root.remove);
  const turns = join(root.path, SESSION, 'turns');
  /** By turn: the last version that was reported written. */
  const reported = new Map<string, number>();
  let inTheMiddle = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    for (const report of await writeUntilKilled(root.path)) {
      const [turnId = '', version] = report.split(' ');
      reported.set(turnId, Number(version));
    }
    if ((await readdir(turns)).some(isTemporary)) inTheMiddle++;
    // The first write of the next daemon clears away what was left half done.
    await openJournal(root.path).writeSession(SESSION, { conversation: randomUUID(), fence: kill, begun: false });
    expect((await readdir(turns)).filter(isTemporary)).toEqual([]);
  }
  const journal = openJournal(root.path);
  const written = (await readdir(turns)).map((name) => name.replace('.json', ''));
  for (const turnId of new Set([...written, ...reported.keys()])) {
    expectWhole(await journal.readTurn(SESSION, turnId), reported.get(turnId) ?? 0);
  }
  expect(reported.size).toBeGreaterThan(KILLS);
  // Otherwise no kill was at a moment that matters.
  expect(inTheMiddle).toBeGreaterThan(0);
});

function expectWhole(entry: TurnEntry | null, atLeast: number): void {
  if (entry === null) throw new Error('an entry is lost');
  expect(createHash('sha256').update(entry.answer).digest('hex')).toBe(entry.digest);
  expect(entry.inputTokens).toBeGreaterThanOrEqual(atLeast);
}

const isTemporary = (name: string) => name.endsWith('.tmp');

/** Kills the writer at a random moment after its first report, wherever in a write that meets it. */
async function writeUntilKilled(root: string): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, root, SESSION], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), randomInt(MAX_WRITING_MS)));
  await once(child, 'close');
  expect(child.signalCode).toBe('SIGKILL');
  return said.split('\n').slice(0, -1);
}

const WRITER = fileURLToPath(new URL('programs/write-journal.ts', import.meta.url));
const SESSION = 'one';
const KILLS = 30;
// A write takes a millisecond or two.
const MAX_WRITING_MS = 30;
