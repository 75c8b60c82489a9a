/** The one pane of a session: what it shows, what is typed into it, and whether its program lives. */
import { EventEmitter, once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { PaliadinError } from '../../contract/errors.ts';
import { writeProblem } from '../durable.ts';
import type { Control } from './control.ts';
import { literal } from './literal.ts';
import { followPasteMode, type PasteMode } from './paste-mode.ts';
import type { Launch } from './setup.ts';

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
  /** What a program that has ended left on the screen: its end moves that up by a line. */
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
  /** Ends the program and starts another in its place; whoever is attached stays attached. */
  respawn(launch: Launch): Promise<void>;
  /** Ends the tmux server and what runs in it. */
  kill(): Promise<void>;
  /** Lets go of the pane; everything in it goes on. See `Control.detach`. */
  detach(): Promise<void>;
}

export async function openPane(control: Control, known: { bracketedPaste: boolean }): Promise<Pane> {
  const pane = new TmuxPane(control, known.bracketedPaste);
  await pane.refresh();
  return pane;
}

class TmuxPane extends EventEmitter<PaneEvents> implements Pane {
  pid = 0;
  #id = '';
  readonly #control: Control;
  readonly #pasteMode: PasteMode;

  constructor(control: Control, bracketedPaste: boolean) {
    super();
    this.#control = control;
    this.#pasteMode = followPasteMode(bracketedPaste);
    control.on('output', (_id, text) => {
      this.#pasteMode.follow(text);
      this.emit('drawn');
    });
    control.once('closed', () => this.emit('lost'));
  }

  get lost(): boolean {
    return this.#control.closed;
  }

  get bracketedPaste(): boolean {
    return this.#pasteMode.on;
  }

  async refresh(): Promise<void> {
    const [id = '', pid = ''] = await this.#ask('#{pane_id} #{pane_pid}');
    this.#id = id;
    this.pid = Number(pid);
  }

  async screen(): Promise<Screen> {
    // Sent together, so that both are of the same moment.
    const [[row, column, ...title], lines] = await Promise.all([
      this.#ask('#{cursor_y} #{cursor_x} #{pane_title}'),
      this.#control.run('capture-pane', '-p', '-t', this.#id),
    ]);
    return { lines, cursor: { row: Number(row), column: Number(column) }, title: title.join(' ') };
  }

  leftovers(): Promise<string[]> {
    return this.#control.run('capture-pane', '-p', '-S', '-1', '-t', this.#id);
  }

  async picture(): Promise<Picture> {
    const [[columns, rows, row, column], lines] = await Promise.all([
      this.#ask('#{pane_width} #{pane_height} #{cursor_y} #{cursor_x}'),
      this.#control.run('capture-pane', '-p', '-e', '-t', this.#id),
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
      const loaded = this.#control.run('load-buffer', '-b', BUFFER, literal(file));
      // Pasting into a dead pane would kill the whole tmux server before 3.4.
      const [end] = await Promise.all([this.ended(), loaded]);
      if (end !== null) throw new PaliadinError('agent_stopped', `the agent has ended: ${end}`);
      // -p: in brackets; -r: newlines stay newlines; -d: the buffer goes.
      await this.#control.run('paste-buffer', '-p', '-r', '-d', '-b', BUFFER, '-t', this.#id);
    } finally {
      rmSync(file, { force: true });
    }
  }

  async press(key: string): Promise<void> {
    await this.#control.run('send-keys', '-t', this.#id, key);
  }

  async watched(): Promise<boolean> {
    const [clients] = await this.#ask('#{session_attached}');
    return Number(clients) > 1; // one is ours
  }

  async respawn(launch: Launch): Promise<void> {
    const env = Object.entries(launch.env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    this.#pasteMode.reset();
    const cwd = literal(launch.cwd);
    await this.#control.run('respawn-pane', '-k', '-t', this.#id, '-c', cwd, ...env, '--', ...launch.argv);
    await this.refresh();
  }

  async kill(): Promise<void> {
    if (this.lost) return;
    const gone = once(this, 'lost');
    await this.#control.run('kill-server').catch(() => {}); // it answers by going away
    await gone; // tmux 3.3a would wait for ever for us to read its last words, and keep its process
  }

  detach(): Promise<void> {
    return this.#control.detach();
  }

  async #ask(format: string): Promise<string[]> {
    const [line = ''] = await this.#control.run('display-message', '-p', '-t', this.#id, format);
    return line.split(' ');
  }
}

function writePrivate(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw writeProblem('the prompt', error);
  }
}

const BUFFER = 'paliadin';
const UNKNOWN_END = 'unknown exit status';
const REMINDER_MS = 10;
// One was nearly always enough.
const MAX_REMINDERS = 5;
