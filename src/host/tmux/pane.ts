/** The one pane of a session: what it shows, what is typed into it, and whether its program lives. */
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
  /** Something was drawn. */
  drawn: [];
  /** The tmux server is gone, and the program with it. */
  lost: [];
}

/** What a pane shows, without colours. */
export interface Screen {
  lines: string[];
  /** Where the next character goes, counted from 0, also while it is hidden. */
  cursor: { row: number; column: number };
  /** The title that the program gave its terminal. */
  title: string;
}

/** What a pane shows, as it looks. */
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
  /** What a program that has ended left on the screen: its end moves that up by a line or more. */
  leftovers(): Promise<string[]>;
  /** With the colours, as escape sequences. */
  picture(): Promise<Picture>;
  /** How the program ended; null while it runs. */
  ended(): Promise<string | null>;
  /**
   * Pastes `text` as one bracketed paste. The text goes through `file`, never through a command.
   * @throws PaliadinError `agent_not_ready` where the program does not take bracketed paste.
   */
  paste(text: string, file: string): Promise<void>;
  /** Presses a key by tmux's name for it: `Enter`, `Escape`, `C-u`. */
  press(key: string): Promise<void>;
  /** Whether a person looks at it. */
  watched(): Promise<boolean>;
  /** Starts another program in the place of one that has ended; whoever is attached stays attached. */
  respawn(launch: Launch): Promise<void>;
  /** Ends the tmux server and what runs in it. */
  kill(): Promise<void>;
  /** Lets go of the pane; everything in it goes on. See `Control.detach`. */
  detach(): Promise<void>;
}

export interface PaneOptions {
  bracketedPaste: boolean;
  /** Attaches to the server once more; null where it is gone. Whoever attaches with `-d` throws our client out. */
  reattach(): Promise<Control | null>;
}

/** @throws PaliadinError `agent_stopped` where the agent's pane was closed in a server that goes on; it is ended then. */
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
    // One that does not answer is as good as gone; whoever looks for the pane next is told so.
    const control = this.#leaving ? null : await this.#reattach().catch(() => null);
    if (control === null) {
      this.lost = true;
      this.emit('lost');
      return closed; // which says of each command that the server is gone
    }
    this.#listen(control);
    this.emit('drawn'); // what was drawn meanwhile was not heard
    return control;
  }

  get bracketedPaste(): boolean {
    return this.#pasteMode.on;
  }

  async refresh(): Promise<void> {
    // Whoever attaches by a small terminal must not make the agent's smaller: it cuts off what its state is read from.
    const size = ['-x', String(PANE_SIZE.columns), '-y', String(PANE_SIZE.rows)];
    const [[pid, server]] = await Promise.all([
      this.#ask('#{pane_pid} #{pid}'),
      this.#run('resize-window', '-t', AGENT_PANE, ...size),
    ]);
    this.pid = Number(pid);
    this.#server = Number(server);
  }

  async screen(): Promise<Screen> {
    // Sent together, so that both are of the same moment.
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
    // tmux 3.3a misses the signal that tells how a child ended when two come close together; one from us
    // makes it look, a moment later.
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

  async paste(text: string, file: string): Promise<void> {
    if (!this.bracketedPaste) {
      throw new PaliadinError('agent_not_ready', 'the agent does not accept bracketed paste now; nothing was typed');
    }
    try {
      writePrivate(file, text);
      const loaded = this.#run('load-buffer', '-b', BUFFER, literal(file));
      // Pasting into a dead pane would kill the whole tmux server before 3.4.
      const [end] = await Promise.all([this.ended(), loaded]);
      if (end !== null) throw new PaliadinError('agent_stopped', `the agent has ended: ${end}`);
      // -p: in brackets; -r: newlines stay newlines; -d: the buffer goes.
      const paste = ['paste-buffer', '-p', '-r', '-d', '-b', BUFFER, '-t', AGENT_PANE];
      await this.#run(...paste).catch(async (error) => {
        // It would come into the box once tmux goes on, and be asked together with the next question.
        if (error instanceof TmuxSilent) await this.kill();
        throw error;
      });
    } finally {
      rmSync(file, { force: true });
    }
  }

  async press(key: string): Promise<void> {
    // Where somebody has scrolled back, tmux would take the key for itself. Sent together, so that nothing comes between.
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
    // Or what the one before said could be taken for this one's last words.
    await this.#run('clear-history', '-t', AGENT_PANE);
    await this.#run('respawn-pane', '-k', '-t', AGENT_PANE, '-c', cwd, ...env, '--', ...launch.argv);
    await this.refresh();
  }

  /**
   * tmux 3.3a drops what a client has not read yet of a program that has ended, and counts it as unread for ever: as much
   * of what the next program says is lost, or tmux crashes of it. A client that comes now begins with the next program.
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
    const asked = control.run('kill-server').catch((error) => error); // it answers by going away
    if ((await asked) instanceof TmuxSilent) this.#endServer();
    if (this.lost) return;
    await gone; // tmux 3.3a would wait for ever for us to read its last words, and keep its process
  }

  /** Its end hangs up the agent's terminal. We are its client still, so the number is nobody else's. */
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

  /** Runs a command that changes nothing: where our client was thrown out in the middle of it, once more. */
  async #look(...args: string[]): Promise<string[]> {
    const control = await this.#control;
    try {
      return await this.#run(...args);
    } catch (error) {
      if (!control.closed || this.#leaving || (await this.#control) === control) throw error;
      return this.#run(...args);
    }
  }

  async #run(...args: string[]): Promise<string[]> {
    const control = await this.#control;
    try {
      return await control.run(...args);
    } catch (error) {
      if (!(error instanceof PaliadinError) || !PANE_CLOSED.test(error.detail ?? '')) throw error;
      await this.kill(); // what else goes on there is no agent, and would be in the way of one
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

// The first of its server; an id is never given twice. Whatever else the owner opens there has another.
const AGENT_PANE = '%0';
const PANE_CLOSED = /can't find (pane|window)/;
// tmux was seen to move it by two.
const LEFTOVER_LINES = 10;
const BUFFER = 'paliadin';
const UNKNOWN_END = 'unknown exit status';
const REMINDER_MS = 10;
// One was nearly always enough.
const MAX_REMINDERS = 5;
