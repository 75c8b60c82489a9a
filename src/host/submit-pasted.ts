/** What follows the paste of a prompt into the agent's input box: see it there, press Enter, see it gone. */
import { PaliadinError } from '../contract/errors.ts';
import type { Reading } from './agents/driver.ts';
import { TmuxSilent } from './tmux/control.ts';
import type { Pane } from './tmux/pane.ts';
import { untilScreen } from './until-screen.ts';

type Read = (pane: Pane) => Promise<Reading>;

/**
 * The box was empty before the paste.
 * @throws PaliadinError `agent_not_ready` when the prompt never showed: then nothing was submitted.
 */
export async function submitPasted(pane: Pane, read: Read, text: string): Promise<void> {
  await untilScreen(pane, read, { accept: isFull, timeoutMs: ECHO_MS });
  // Behind a backslash Enter would begin a new line, and eat the backslash.
  if (text.endsWith('\\')) await pane.press('Space');
  await pane.press('Enter');
  for (let enters = 1; enters < MAX_ENTERS; enters++) {
    if (await isTaken(pane, read)) return;
    await pane.press('Enter');
  }
}

/** Empties the box of what somebody left in it. @throws PaliadinError `agent_not_ready` */
export async function clearBox(pane: Pane, read: Read): Promise<void> {
  for (let tries = 0; tries < MAX_CLEARS; tries++) {
    if (!isFull(await read(pane))) return;
    // Of a text of many lines, Ctrl-U takes one at a time.
    await pane.press('C-c');
    await untilScreen(pane, read, { accept: (reading) => !isFull(reading), timeoutMs: ECHO_MS }).catch(() => {});
  }
  throw new PaliadinError('agent_not_ready', 'the input box holds text that can’t be cleared');
}

/**
 * An Enter that comes too early is lost, and one that only removes what can't be seen (Claude Code, of a text that turns
 * around) leaves the rest to be looked at; then another is due, but only while the box is still full. Into a dialog that
 * opened meanwhile, it would approve something.
 */
async function isTaken(pane: Pane, read: Read): Promise<boolean> {
  // A screen that is being drawn anew shows no box for a moment.
  const accept = (reading: Reading) => reading.state !== 'starting' && !isFull(reading);
  try {
    await untilScreen(pane, read, { accept, timeoutMs: ENTER_MS });
    return true;
  } catch (error) {
    // It has been typed; whether the agent has it, the agent itself may still say.
    if (error instanceof TmuxSilent) return true;
    return pane.lost || !isFull(await read(pane));
  }
}

export function isFull(reading: Reading): boolean {
  return 'box' in reading && reading.box === 'full';
}

// The echo of a paste takes milliseconds; of 1 MB, half a second. On a machine with ten times too much to do it took 6 s.
const ECHO_MS = 15_000;
// An accepted Enter empties the box within some 100 ms.
const ENTER_MS = 1_000;
const MAX_ENTERS = 3;
const MAX_CLEARS = 5;
