/** The one pane of a session: what it shows, what is typed into it, and whether its program runs. */
import { EventEmitter, once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PaliadinError } from '../../contract/errors.ts';
import { writeProblem } from '../write-problem.ts';
import { type Control, TmuxSilent } from './control.ts';
import { literal } from './literal.ts';
import { followPasteMode, type PasteMode } from './paste-mode.ts';
import { type Launch, PANE_SIZE } from './setup.ts';

export interface PaneEvents {
  /** The pane has new output. */
  drawn: [];
  /** The tmux server is gone, and the program with it. */
  lost: [];
}

/** What a pane shows, without colours. */
export interface Screen {
  lines: string[];
  /** Where the next character goes, counted from 0, even while the cursor is hidden. */
  cursor: { row: number; column: number };
  /** The title that the program gave its terminal. */
  title: string;
}

/** What a pane shows, with its size. */
export interface Picture extends Pick<Screen, 'lines' | 'cursor'> {
  columns: number;
  rows: number;
}

export interface Pane extends EventEmitter<PaneEvents> {
  /** Process id of the program. */
  readonly pid: number;
  readonly lost: boolean;
  /** Whether a paste reaches the program as one piece. Without it every newline would be an Enter. */
  readonly bracketedPaste: boolean;
  screen(): Promise<Screen>;
  /** What a program that has ended left on the screen: its end scrolls that up by a line or more. */
  leftovers(): Promise<string[]>;
  /** With colours, as escape sequences. */
  picture(): Promise<Picture>;
  /** How the program ended; null while it runs. */
  ended(): Promise<string | null>;
  /** `load`, and at once `paste`. */
  paste(text: string, file: string): Promise<void>;
  /** Gives `text` to tmux, through `file` and never through a command. The program gets nothing of it yet. */
  load(text: string, file: string): LoadedText;
  /** Presses a key by tmux's name for it: `Enter`, `Escape`, `C-u`. */
  press(key: string): Promise<void>;
  /** Whether a person is attached to it. */
  watched(): Promise<boolean>;
  /** Starts another program in place of one that has ended; attached clients stay attached. */
  respawn(launch: Launch): Promise<void>;
  /** Ends the tmux server and what runs in it. */
  kill(): Promise<void>;
  /** Detaches from the pane; everything in it continues. See `Control.detach`. */
  detach(): Promise<void>;
}

/** Used once, by one of its two methods. */
export interface LoadedText {
  /**
   * Pastes it as one bracketed paste.
   * @throws PaliadinError `agent_not_ready` if the program does not accept bracketed paste.
   */
  paste(): Promise<void>;
  /** Takes it back. Never rejects. */
  drop(): Promise<void>;
}

export interface PaneOptions {
  bracketedPaste: boolean;
  /** Attaches to the server again; null if it is gone. A person who attaches with `-d` disconnects our client. */
  reattach(): Promise<Control | null>;
}

/**
 * @throws PaliadinError `agent_stopped` if the agent's pane was closed while its server continues; the server is ended
 *   then.
 */
export async function openPane(control: Control, options: PaneOptions): Promise<Pane> {
  const pane = new TmuxPane(control, options);
  await pane.refresh();
  return pane;
}

class TmuxPane extends EventEmitter<PaneEvents> implements Pane {
  pid = 0;
  lost = false;
  /** Process id of the tmux server. */
  #server = 0;
  /** The client that is attached, or about to be. */
  #control: Promise<Control>;
  #leaving = false;
  readonly #reattach: PaneOptions['reattach'];
  readonly #pasteMode: PasteMode;

  constructor(control: Control, { bracketedPaste, reattach }: PaneOptions) {
    super();
    this.#reattach = reattach;
    this.#pasteMode = followPasteMode(bracketedPaste);
    this.#control = Promise.resolve(control);
    this.#listen(control);
  }

  #listen(control: Control): void {
    control.on('output', (id, text) => {
      if (id !== AGENT_PANE) return;
      this.#pasteMode.follow(text);
      this.emit('drawn');
    });
    control.once('closed', () => {
      this.#control = this.#attachAgain(control);
    });
  }

  async #attachAgain(closed: Control): Promise<Control> {
    // A server that does not answer counts as gone; the next `findPane` reports the reason.
    const control = this.#leaving ? null : await this.#reattach().catch(() => null);
    if (control === null) {
      this.lost = true;
      this.emit('lost');
      return closed; // rejects each command with the message that the server is gone
    }
    this.#listen(control);
    this.emit('drawn'); // output in the meantime was missed
    return control;
  }

  get bracketedPaste(): boolean {
    return this.#pasteMode.on;
  }

  async refresh(): Promise<void> {
    // A client with a small terminal must not shrink the agent's: that would cut off what its state is read from.
    const size = ['-x', String(PANE_SIZE.columns), '-y', String(PANE_SIZE.rows)];
    const [[pid, server]] = await Promise.all([
      this.#ask('#{pane_pid} #{pid}'),
      this.#run('resize-window', '-t', AGENT_PANE, ...size),
    ]);
    this.pid = Number(pid);
    this.#server = Number(server);
  }

  async screen(): Promise<Screen> {
    // Sent together, so that both describe the same moment.
    const [[row, column, ...title], lines] = await Promise.all([
      this.#ask('#{cursor_y} #{cursor_x} #{pane_title}'),
      this.#look('capture-pane', '-p', '-t', AGENT_PANE),
    ]);
    return { lines, cursor: { row: Number(row), column: Number(column) }, title: title.join(' ') };
  }

  leftovers(): Promise<string[]> {
    return this.#look('capture-pane', '-p', '-S', `-${LEFTOVER_LINES}`, '-t', AGENT_PANE);
  }

  async picture(): Promise<Picture> {
    const [[columns, rows, row, column], lines] = await Promise.all([
      this.#ask('#{pane_width} #{pane_height} #{cursor_y} #{cursor_x}'),
      this.#look('capture-pane', '-p', '-e', '-t', AGENT_PANE),
    ]);
    const cursor = { row: Number(row), column: Number(column) };
    return { columns: Number(columns), rows: Number(rows), lines, cursor };
  }

  async ended(): Promise<string | null> {
    let end = await this.#askEnd();
    // tmux 3.3a misses the signal about a child's end when two come close together; a signal from us makes it check, a
    // moment later.
    for (let tries = 0; end === UNKNOWN_END && tries < MAX_REMINDERS; tries++) {
      const [server] = await this.#ask('#{pid}');
      process.kill(Number(server), 'SIGCHLD');
      await delay(REMINDER_MS);
      end = await this.#askEnd();
    }
    return end;
  }

  async #askEnd(): Promise<string | null> {
    const [dead, status, signal] = await this.#ask('#{pane_dead} #{pane_dead_status} #{pane_dead_signal}');
    if (dead !== '1') return null;
    if (status) return `exit status ${status}`;
    return signal ? `signal ${signal}` : UNKNOWN_END;
  }

  paste(text: string, file: string): Promise<void> {
    return this.load(text, file).paste();
  }

  load(text: string, file: string): LoadedText {
    const loaded = this.#loadBuffer(text, file);
    loaded.catch(() => {}); // reported by `paste`
    const drop = async () => {
      await loaded.then(() => this.#run('delete-buffer', '-b', BUFFER)).catch(() => {});
      rmSync(file, { force: true });
    };
    return {
      drop,
      paste: async () => {
        if (this.bracketedPaste) return this.#pasteBuffer(loaded, file);
        await drop();
        throw new PaliadinError('agent_not_ready', 'the agent does not accept bracketed paste now; nothing was typed');
      },
    };
  }

  async #loadBuffer(text: string, file: string): Promise<void> {
    writePrivate(file, text);
    await this.#run('load-buffer', '-b', BUFFER, literal(file));
  }

  async #pasteBuffer(loaded: Promise<void>, file: string): Promise<void> {
    try {
      await loaded;
      // Before 3.4, pasting into a dead pane kills the whole tmux server. In one command, so that nothing comes between.
      const answer = await this.#runNested('if-shell', '-F', '-t', AGENT_PANE, '#{pane_dead}', SAY_DEAD, PASTE).catch(
        async (error) => {
          // The paste would reach the box once tmux continues, and be submitted with the next question.
          if (error instanceof TmuxSilent) await this.kill();
          throw error;
        },
      );
      if (answer.includes(DEAD)) {
        await this.#run('delete-buffer', '-b', BUFFER);
        throw new PaliadinError('agent_stopped', `the agent has ended: ${(await this.ended()) ?? UNKNOWN_END}`);
      }
    } finally {
      rmSync(file, { force: true });
    }
  }

  async press(key: string): Promise<void> {
    // If somebody has scrolled back, tmux would take the key itself. Sent together, so that nothing comes between.
    await Promise.all([this.#run('copy-mode', '-q', '-t', AGENT_PANE), this.#run('send-keys', '-t', AGENT_PANE, key)]);
  }

  async watched(): Promise<boolean> {
    const [clients] = await this.#ask('#{session_attached}');
    return Number(clients) > 1; // one is ours
  }

  async respawn(launch: Launch): Promise<void> {
    const env = Object.entries(launch.env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    await this.#attachAnew();
    this.#pasteMode.reset();
    const cwd = literal(launch.cwd);
    // Otherwise output of the program before could be taken for this one's last output.
    await this.#run('clear-history', '-t', AGENT_PANE);
    await this.#run('respawn-pane', '-k', '-t', AGENT_PANE, '-c', cwd, ...env, '--', ...launch.argv);
    await this.refresh();
  }

  /**
   * tmux 3.3a drops output of an ended program that a client has not read yet, and counts it as unread for ever: as
   * much output of the next program is lost, or tmux crashes. A client that attaches now begins with the next program.
   */
  async #attachAnew(): Promise<void> {
    await (await this.#control).detach();
    await this.#control;
  }

  async kill(): Promise<void> {
    if (this.lost) return;
    const gone = once(this, 'lost');
    this.#leaving = true;
    const control = await this.#control;
    const asked = control.run('kill-server').catch((error) => error); // it answers by ending
    if ((await asked) instanceof TmuxSilent) this.#endServer();
    if (this.lost) return;
    await gone; // tmux 3.3a would wait for ever for us to read its last output, and keep its process
  }

  /**
   * The server's end hangs up the agent's terminal. We are still its client, so the process id can't belong to another
   * process.
   */
  #endServer(): void {
    if (!this.lost && this.#server > 0) process.kill(this.#server, 'SIGKILL');
  }

  async detach(): Promise<void> {
    this.#leaving = true;
    await (await this.#control).detach();
  }

  async #ask(format: string): Promise<string[]> {
    const [line = ''] = await this.#look('display-message', '-p', '-t', AGENT_PANE, format);
    return line.split(' ');
  }

  /** Runs a command that changes nothing; repeats it if our client was disconnected in the meantime. */
  async #look(...args: string[]): Promise<string[]> {
    const control = await this.#control;
    try {
      return await this.#run(...args);
    } catch (error) {
      if (!control.closed || this.#leaving || (await this.#control) === control) throw error;
      return this.#run(...args);
    }
  }

  #run(...args: string[]): Promise<string[]> {
    return this.#orStopped((control) => control.run(...args));
  }

  #runNested(...args: string[]): Promise<string[]> {
    return this.#orStopped((control) => control.runNested(...args));
  }

  async #orStopped(run: (control: Control) => Promise<string[]>): Promise<string[]> {
    const control = await this.#control;
    try {
      return await run(control);
    } catch (error) {
      if (!(error instanceof PaliadinError) || !PANE_CLOSED.test(error.detail ?? '')) throw error;
      await this.kill(); // what else runs there is no agent, and would block one
      throw new PaliadinError('agent_stopped', 'the agent’s pane was closed', { cause: error });
    }
  }
}

function writePrivate(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw writeProblem('the prompt', error);
  }
}

// The first pane of its server; an id is never reused. Other panes that the owner opens have other ids.
const AGENT_PANE = '%0';
const PANE_CLOSED = /can't find (pane|window)/;
// tmux was seen to scroll by two.
const LEFTOVER_LINES = 10;
const BUFFER = 'paliadin';
// -p: bracketed; -r: newlines stay newlines; -d: deletes the buffer.
const PASTE = `paste-buffer -p -r -d -b ${BUFFER} -t ${AGENT_PANE}`;
const DEAD = 'dead';
const SAY_DEAD = `display-message -p ${DEAD}`;
const UNKNOWN_END = 'unknown exit status';
const REMINDER_MS = 10;
// One was nearly always enough.
const MAX_REMINDERS = 5;
