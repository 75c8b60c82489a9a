/** One tmux server per session, on its own socket: one user's data can't reach another's. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { PaliadinError } from '../../contract/errors.ts';
import { type Control, openControl, TmuxSilent } from './control.ts';
import { literal } from './literal.ts';
import { openPane, type Pane } from './pane.ts';
import { probeBracketedPaste } from './paste-probe.ts';
import { type Launch, PANE_SIZE, type TmuxSetup } from './setup.ts';

/**
 * Attaches to the session's running server; null if there is none. The pane's program may have been running for days: a
 * probe determines its paste mode.
 * @throws TmuxSilent
 */
export async function findPane(setup: TmuxSetup, socket: string, session: string): Promise<Pane | null> {
  const control = await attach(setup, socket, session);
  if (control === null) return null;
  try {
    const bracketedPaste = await probeBracketedPaste(setup, socket, session);
    return await openPane(control, { bracketedPaste, reattach: () => attach(setup, socket, session) });
  } catch (error) {
    if (error instanceof PaliadinError && error.code === 'agent_stopped') return null;
    await control.detach();
    throw error;
  }
}

/** Starts the session's server with the program in its one pane. */
export async function startPane(setup: TmuxSetup, socket: string, session: string, launch: Launch): Promise<Pane> {
  await rm(socket, { force: true });
  const control = await openControl(
    setup.tmux,
    [
      '-S',
      socket,
      '-f',
      setup.configuration,
      '-u',
      'new-session',
      '-s',
      session,
      '-x',
      String(PANE_SIZE.columns),
      '-y',
      String(PANE_SIZE.rows),
      '-c',
      literal(launch.cwd),
      '--',
      ...launch.argv,
    ],
    // Passed in the environment because it may be a secret: everybody on the machine can read a program's arguments.
    { env: { ...setup.env, ...launch.env }, cwd: launch.cwd, openMs: START_MS, answerMs: setup.answerMs },
  );
  return openPane(control, { bracketedPaste: false, reattach: () => attach(setup, socket, session) });
}

/** The command with which the owner attaches to a session, and may type. */
export function attachCommand(setup: TmuxSetup, socket: string, session: string): string[] {
  return [setup.tmux, '-S', socket, '-u', 'attach-session', '-t', `=${session}:`];
}

async function attach(setup: TmuxSetup, socket: string, session: string): Promise<Control | null> {
  if (!existsSync(socket)) return null;
  const args = ['-S', socket, '-u', 'attach-session', '-f', 'ignore-size', '-t', `=${session}:`];
  try {
    return await openControl(setup.tmux, args, { env: setup.env, cwd: '/', answerMs: setup.answerMs });
  } catch (error) {
    // The server exists: a second one beside it would be a second agent in the same conversation.
    if (error instanceof TmuxSilent) throw error;
    return null; // a socket that a killed server left behind
  }
}

// A new server reads its configuration and starts a program.
const START_MS = 15_000;
