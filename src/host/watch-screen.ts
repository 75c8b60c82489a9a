/** Streams a session's terminal to a remote viewer, for as long as they watch. Nothing is typed, nothing started. */
import { isDeepStrictEqual } from 'node:util';
import { onlyColours } from '../contract/only-colours.ts';
import type { ScreenView } from '../contract/screen.ts';
import type { StopSignal } from '../contract/stop-signal.ts';
import type { AgentPane } from './agent-pane.ts';
import type { Pane } from './tmux/pane.ts';

/**
 * Emits what the terminal shows: at once, and after each change. The next picture is taken once the consumer has
 * accepted the one before, so that a slow connection gets fewer. Resolves when `signal` aborts.
 */
export async function watchScreen(
  find: AgentPane['find'],
  show: (screen: ScreenView) => Promise<void>,
  signal: StopSignal,
): Promise<void> {
  let last: ScreenView | null = null;
  while (!signal.aborted) {
    const pane = await find();
    const changed = pane === null ? null : untilChange(pane, signal);
    const screen = pane === null ? NO_SCREEN : await pictureOf(pane);
    if (!signal.aborted && !isDeepStrictEqual(screen, last)) {
      last = screen;
      await show(screen);
    }
    // In this order: output while a picture is taken leads to another picture.
    await Promise.all([pause(pane === null ? LOOK_AGAIN_MS : PICTURE_MS, signal), changed]);
  }
}

const NO_SCREEN: ScreenView = { live: false, columns: 0, rows: 0, lines: [], cursor: null };

// Four pictures a second look smooth to a person who follows an agent.
const PICTURE_MS = 250;
// A terminal that starts is noticed after this time.
const LOOK_AGAIN_MS = 1000;
// Resizing alone produces no output.
const AT_LEAST_MS = 5000;

// Ours is 120 by 40. A larger terminal that somebody attaches, in full colour, must not fill the connection.
const MAX_LENGTH = 64 * 1024;

async function pictureOf(pane: Pane): Promise<ScreenView> {
  try {
    if ((await pane.ended()) !== null) return NO_SCREEN;
    const { lines, ...rest } = await pane.picture();
    return { live: true, ...rest, lines: bounded(lines.map(onlyColours)) };
  } catch {
    return NO_SCREEN; // it has ended in the meantime
  }
}

/** Without colours if that makes it small enough, otherwise without its end. */
function bounded(lines: string[]): string[] {
  if (lengthOf(lines) <= MAX_LENGTH) return lines;
  const plain = lines.map((line) => line.replaceAll(COLOUR, ''));
  while (lengthOf(plain) > MAX_LENGTH) plain.pop();
  return plain;
}

function lengthOf(lines: string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
const COLOUR = /\u001b\[[0-9;:]*m/g;

function untilChange(pane: Pane, signal: StopSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      pane.off('drawn', done).off('lost', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, AT_LEAST_MS);
    pane.on('drawn', done).on('lost', done);
    signal.addEventListener('abort', done);
    if (signal.aborted || pane.lost) done();
  });
}

function pause(ms: number, signal: StopSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
