/**
 * Whether the program in a pane has bracketed paste on. tmux before 3.7 has no format for it, but it passes the mode on
 * to the terminal of every client that attaches. So a second, short-lived tmux server acts as that terminal: a
 * read-only client attaches in its pane, and its output shows the mode.
 */
import { rm } from 'node:fs/promises';
import { openControl } from './control.ts';
import { followPasteMode } from './paste-mode.ts';
import { PANE_SIZE, type TmuxSetup } from './setup.ts';
import { probePath } from './socket-path.ts';

export async function probeBracketedPaste(setup: TmuxSetup, socket: string, session: string): Promise<boolean> {
  const terminal = probePath(socket);
  const client = [setup.tmux, '-S', socket, 'attach-session', '-r', '-f', 'ignore-size', '-t', `=${session}:`];
  const control = await openControl(
    setup.tmux,
    [
      '-S',
      terminal,
      '-f',
      setup.configuration,
      '-u',
      'new-session',
      '-s',
      'probe',
      // If no other client is attached, the pane takes the client's size minus one row for its status line.
      '-x',
      String(PANE_SIZE.columns),
      '-y',
      String(PANE_SIZE.rows + 1),
      // Without TMUX= the inner client would refuse to nest.
      '--',
      'env',
      'TMUX=',
      ...client,
      // If we are killed in the meantime, it ends too: a session without an attached client is removed, and its server
      // ends.
      ';',
      'set-option',
      '-g',
      'destroy-unattached',
      'on',
    ],
    { env: setup.env, cwd: '/', answerMs: setup.answerMs },
  );
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const mode = followPasteMode(false);
  control.on('output', (_pane, text) => {
    mode.follow(text);
    if (mode.on) resolve(true);
  });
  control.once('closed', () => resolve(false));
  const timer = setTimeout(resolve, SILENCE_MEANS_OFF_MS, false);
  const on = await promise;
  clearTimeout(timer);
  await control.run('kill-server').catch(() => control.detach());
  await rm(terminal, { force: true });
  return on;
}

// tmux sends the mode with the first screen, within about 50 ms; it sends nothing for "off".
const SILENCE_MEANS_OFF_MS = 1500;
