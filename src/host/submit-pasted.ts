/** The steps after the paste of a prompt into the agent's input box: see it there, press Enter, see the box empty. */
import { setTimeout as delay } from 'node:timers/promises';
import { PaliadinError } from '../contract/errors.ts';
import type { Reading } from './agents/reading.ts';
import type { SubmitOptions } from './session-agent.ts';
import { TmuxSilent } from './tmux/control.ts';
import type { Pane } from './tmux/pane.ts';
import { untilScreen } from './until-screen.ts';

type Read = (pane: Pane) => Promise<Reading>;

/**
 * The box was empty before the paste.
 * @throws PaliadinError `agent_not_ready` when the prompt never appeared: then nothing was submitted.
 */
export async function submitPasted(
  pane: Pane,
  read: Read,
  text: string,
  { heard, onStep = () => {} }: SubmitOptions,
): Promise<void> {
  await untilScreen(pane, read, { accept: isFull, timeoutMs: ECHO_MS });
  onStep('the box has it');
  // After a backslash, Enter would begin a new line, and remove the backslash.
  if (text.endsWith('\\')) await pane.press('Space');
  await pane.press('Enter');
  onStep('Enter pressed');
  const looking = new AbortController();
  const over = heard.then(
    () => looking.abort(),
    () => {},
  );
  // An agent that reports its prompts does so now: a look at its screen would only take processor time from it.
  if (await Promise.race([over.then(() => true), delay(REPORT_MS, false)])) return onStep('taken');
  for (let enters = 1; enters < MAX_ENTERS; enters++) {
    const taken = await Promise.race([over, isTaken(pane, read, looking.signal)]);
    if (taken !== false) return onStep('taken');
    await pane.press('Enter');
  }
}

/** Clears text that somebody left in the box. @throws PaliadinError `agent_not_ready` */
export async function clearBox(pane: Pane, read: Read): Promise<void> {
  for (let tries = 0; tries < MAX_CLEARS; tries++) {
    if (!isFull(await read(pane))) return;
    // Ctrl-U clears only one line at a time.
    await pane.press('C-c');
    await untilScreen(pane, read, { accept: (reading) => !isFull(reading), timeoutMs: ECHO_MS }).catch(() => {});
  }
  throw new PaliadinError('agent_not_ready', 'the input box holds text that can’t be cleared');
}

/**
 * An Enter that comes too early is lost. One that only removes invisible characters (Claude Code, for text with
 * direction marks) leaves the rest in the box. Then another Enter is needed, but only while the box is still full: in a
 * dialog that has opened in the meantime, it would approve something.
 */
async function isTaken(pane: Pane, read: Read, heard: AbortSignal): Promise<boolean> {
  // A screen that is being redrawn shows no box for a moment.
  const accept = (reading: Reading) => reading.state !== 'starting' && !isFull(reading);
  try {
    await untilScreen(pane, read, { accept, timeoutMs: ENTER_MS, signal: heard });
    return true;
  } catch (error) {
    // The prompt was typed; the agent itself may still report that it has it, or has done so.
    if (error instanceof TmuxSilent || heard.aborted) return true;
    return pane.lost || !isFull(await read(pane));
  }
}

export function isFull(reading: Reading): boolean {
  return 'box' in reading && reading.box === 'full';
}

// The echo of a paste takes milliseconds; of 1 MB, half a second. On a machine with ten times its normal load it took 6
// s.
const ECHO_MS = 15_000;
// Claude Code's hook took 13 ms, and 40 on a busy machine.
const REPORT_MS = 100;
// An accepted Enter empties the box within about 100 ms.
const ENTER_MS = 1_000;
const MAX_ENTERS = 3;
const MAX_CLEARS = 5;
