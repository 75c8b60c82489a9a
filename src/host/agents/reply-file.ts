/**
 * The driver for any agent that can read instructions and write a file: the skill tells it to write its whole answer to
 * the file that the envelope names. Nothing is streamed, and the file is both the evidence and the answer.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readOwnFile, sizeOfOwnFile } from '../own-file.ts';
import type { Launch } from '../tmux/setup.ts';
import type { AgentSignal, Driver } from './driver.ts';
import type { InputEscape } from './input-escape.ts';
import type { AgentPaths, TurnPaths } from './paths.ts';
import { readScreen } from './screen.ts';
import { changesOf } from './watch-file.ts';

export function replyFileDriver(options: {
  /** Arguments that start the agent, or resume `conversation`; and what it needs beside its home. */
  launch(paths: AgentPaths): Pick<Launch, 'argv'> & Partial<Launch>;
  /** Whether it still has a conversation; without it, that can't be told, and it is believed to. */
  keeps?(paths: AgentPaths): boolean;
  inputEscape?: InputEscape;
  hindrance?: Driver['hindrance'];
  /** How the agent's status line shows that it works. */
  busy: RegExp;
  /** How its screen shows that a task which it started still runs, and may make it continue. */
  background?: RegExp;
  listsToolsAtStart?: true;
}): Driver {
  return {
    name: 'reply-file',
    ...(options.listsToolsAtStart && { listsToolsAtStart: true }),
    launch(paths) {
      const given = { cwd: paths.home.cwd, env: {}, ...options.launch(paths) };
      return { ...given, env: { ...given.env, ...paths.mcp?.env }, write: [paths.directory] };
    },
    keeps: (paths) => options.keeps?.(paths) ?? true,
    ...(options.inputEscape === undefined ? {} : { inputEscape: options.inputEscape }),
    hindrance: (home) => options.hindrance?.(home) ?? null,
    read: (screen) => readScreen(screen, options.busy),
    rests: (screen) =>
      readScreen(screen, options.busy).state === 'ready' && !options.background?.test(screen.lines.join('\n')),
    envelope: (turn) => ({ replyFile: replyFile(turn) }),
    watch: (turn, signal) => watch(replyFile(turn), signal),
    forget: (turn) => rm(replyFile(turn), { force: true }),
  };
}

async function* watch(file: string, signal: AbortSignal): AsyncGenerator<AgentSignal> {
  for await (const _ of changesOf(file, signal)) {
    const answer = await readWhenComplete(file);
    if (answer === null) continue;
    yield { type: 'received' };
    yield { type: 'text', delta: answer };
    yield { type: 'stopped', inputTokens: null, outputTokens: null };
    return;
  }
}

/**
 * The file's text once it has stopped growing; null while there is none. A rename creates a complete file at once; an
 * agent that writes in pieces is waited for, because no event reports that it has closed the file.
 */
async function readWhenComplete(file: string): Promise<string | null> {
  let size = sizeOfOwnFile(file);
  while (size > 0) {
    await delay(STABLE_MS);
    const later = sizeOfOwnFile(file);
    if (later === size) return readOwnFile(file, { maxBytes: MAX_BYTES }); // replaces what is not UTF-8
    size = later;
  }
  return null;
}

function replyFile(turn: TurnPaths): string {
  return join(turn.directory, `${turn.turnId}.${turn.nonce}.md`);
}

// Longer than the pauses while a program writes one file, and too short for a person to notice.
const STABLE_MS = 60;
// Ten times the longest answer that is kept; a longer file is no answer.
const MAX_BYTES = 32 * 1024 * 1024;
