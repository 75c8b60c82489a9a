/**
 * A control-mode client of one tmux server that stays connected: a command takes a third of a millisecond, while
 * starting the tmux client takes twelve.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PaliadinError } from '../../contract/errors.ts';
import { splitLines } from './lines.ts';

export interface ControlEvents {
  /** A pane wrote to its terminal; `text` as tmux escapes it, control characters in octal. */
  output: [pane: string, text: string];
  /** The client ended: the server was killed, or the session is gone. */
  closed: [];
}

export interface Control extends EventEmitter<ControlEvents> {
  /**
   * Runs one tmux command. Arguments are quoted here; none of them may contain a user's text.
   * @throws TmuxSilent if there is no answer in time: tmux may still run the command.
   */
  run(...args: string[]): Promise<string[]>;
  /**
   * `run` for a command that begins others, such as `if-shell`: resolves with what all of them print, in one round trip.
   */
  runNested(...args: string[]): Promise<string[]>;
  readonly closed: boolean;
  /**
   * Leaves the server and what runs in it unchanged. Wait for it before you attach again: tmux 3.3a crashes when it
   * announces a leaving client while another control client is arriving.
   */
  detach(): Promise<void>;
}

/** A tmux server that hangs, or was stopped, accepts commands and does not answer. */
export class TmuxSilent extends PaliadinError {
  constructor() {
    super('agent_not_ready', 'the session’s tmux server does not answer; let it go on, or end its process');
  }
}

export interface ControlOptions {
  env: Record<string, string>;
  cwd: string;
  /** How long tmux has to run the command in the arguments. */
  openMs?: number | undefined;
  /** How long it has to answer a command. */
  answerMs?: number | undefined;
}

/**
 * Starts `tmux -C …args` and resolves when tmux has run the command in the arguments.
 *
 * @throws TmuxSilent; PaliadinError `agent_not_ready` with tmux's own message.
 */
export async function openControl(tmux: string, args: string[], options: ControlOptions): Promise<Control> {
  const { env, cwd, answerMs = ANSWER_MS, openMs = answerMs } = options;
  const child = spawn(tmux, ['-C', ...args], { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const control = new ControlClient(child, answerMs);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stop = afterAwake(openMs, () => reject(new TmuxSilent()));
  try {
    await Promise.race([control.opened, late]);
    return control;
  } catch (error) {
    control.drop();
    throw error;
  } finally {
    stop();
  }
}

/**
 * Calls back after so many milliseconds; returns a function that cancels it. In two halves: otherwise, after the whole
 * machine was suspended, it would fire before the input that has arrived is read.
 */
function afterAwake(ms: number, act: () => void): () => void {
  let timer = setTimeout(() => {
    timer = setTimeout(act, ms / 2);
  }, ms / 2);
  return () => clearTimeout(timer);
}

interface Pending {
  resolve(lines: string[]): void;
  reject(error: Error): void;
  /** For a command with several answers: those until the one that prints this. */
  nested?: { mark: string; lines: string[]; error: PaliadinError | null };
}

/** The answer to one command, while it is being received. */
interface Block {
  end: string;
  error: string;
  lines: string[];
  own: boolean;
}

class ControlClient extends EventEmitter<ControlEvents> implements Control {
  readonly opened: Promise<void>;
  closed = false;
  readonly #child: ChildProcess;
  readonly #pending: Pending[] = [];
  #marks = 0;
  #unsent = '';
  #block: Block | null = null;
  #opening: Pending | null;
  /** Lines that came with the opening's answer, kept until the caller can listen. */
  #held: string[] | null = null;
  #complaint = '';

  readonly #answerMs: number;

  constructor(child: ChildProcess, answerMs: number) {
    super();
    this.#child = child;
    this.#answerMs = answerMs;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.opened = promise;
    this.#opening = { resolve: () => resolve(), reject };
    child.stdout?.on(
      'data',
      splitLines((line) => (this.#held === null ? this.#take(line) : this.#held.push(line))),
    );
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#complaint = (this.#complaint + bytes).slice(0, MAX_COMPLAINT);
    });
    child.stdin?.on('error', () => {}); // if the server is gone, the child ends too, which `close` reports
    child.once('error', (error) => this.#close(error.message));
    child.once('close', () => this.#close(this.#complaint.trim() || 'the tmux server is gone'));
  }

  run(...args: string[]): Promise<string[]> {
    return this.#ask(args);
  }

  runNested(...args: string[]): Promise<string[]> {
    // Whether a command that another one has begun gets an answer of its own is not documented: a mark shows the last one.
    return this.#ask(args, `paliadin-${++this.#marks}`);
  }

  #ask(args: string[], mark?: string): Promise<string[]> {
    if (this.closed) return Promise.reject(new PaliadinError('agent_stopped', 'the tmux server is gone'));
    if (this.#pending.length >= MAX_PENDING) return Promise.reject(new TmuxSilent());
    const command = args.map(quote).join(' ');
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    // It stays in the queue: its answer may still come, and must not be taken for another one's.
    this.#pending.push({ resolve, reject, ...(mark !== undefined && { nested: { mark, lines: [], error: null } }) });
    const stop = afterAwake(this.#answerMs, () => reject(new TmuxSilent()));
    this.#send(mark === undefined ? `${command}\n` : `${command}\ndisplay-message -p ${mark}\n`);
    return promise.finally(stop);
  }

  /** Commands of one moment in one piece: each piece wakes two processes. */
  #send(commands: string): void {
    if (this.#unsent === '') queueMicrotask(() => this.#flush());
    this.#unsent += commands;
  }

  #flush(): void {
    if (this.#unsent !== '') this.#child.stdin?.write(this.#unsent);
    this.#unsent = '';
  }

  async detach(): Promise<void> {
    if (this.closed) return;
    this.#flush();
    const closed = new Promise<void>((resolve) => this.once('closed', resolve));
    this.#child.stdin?.end();
    const stop = afterAwake(this.#answerMs, () => this.drop());
    await closed.finally(stop);
  }

  /** Ends the client, whatever the server does, which holds our end of its streams too. */
  drop(): void {
    this.#child.kill('SIGKILL');
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream?.destroy();
  }

  #take(line: string): void {
    if (this.#block !== null) this.#takeOfBlock(this.#block, line);
    else if (line.startsWith('%begin ')) {
      const [, time, number, flags] = line.split(' ');
      const rest = `${time} ${number} ${flags}`;
      // Flag 1 marks the answer to a command of ours; the opening command's answer has 0.
      this.#block = { end: `%end ${rest}`, error: `%error ${rest}`, lines: [], own: flags === '1' };
    } else if (line.startsWith('%output ')) {
      const space = line.indexOf(' ', 8);
      this.emit('output', line.slice(8, space), line.slice(space + 1));
    }
  }

  // Inside a block every line is the command's output, even one that looks like a notification.
  #takeOfBlock(block: Block, line: string): void {
    if (line !== block.end && line !== block.error) {
      block.lines.push(line);
      return;
    }
    this.#block = null;
    const error = line === block.end ? null : new PaliadinError('agent_not_ready', `tmux: ${block.lines.join(' ')}`);
    if (block.own && this.#isOneOfSeveral(block, error)) return;
    const asked = block.own ? this.#pending.shift() : this.#takeOpening();
    const { nested } = asked ?? {};
    const failure = nested?.error ?? error;
    if (failure === null) asked?.resolve(nested?.lines ?? block.lines);
    else asked?.reject(failure);
  }

  /** Keeps the answer if others follow. */
  #isOneOfSeveral({ lines }: Block, error: PaliadinError | null): boolean {
    const nested = this.#pending[0]?.nested;
    if (nested === undefined || lines.at(-1) === nested.mark) return false;
    nested.lines.push(...(error === null ? lines : []));
    nested.error ??= error;
    return true;
  }

  #takeOpening(): Pending | null {
    const opening = this.#opening;
    this.#opening = null;
    if (opening !== null) this.#holdBack();
    return opening;
  }

  #holdBack(): void {
    const held: string[] = [];
    this.#held = held;
    setImmediate(() => {
      this.#held = null;
      for (const line of held) this.#take(line);
    });
  }

  #close(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.#takeOpening()?.reject(new PaliadinError('agent_not_ready', `tmux did not start: ${reason}`));
    const error = new PaliadinError('agent_stopped', reason);
    for (const asked of this.#pending.splice(0)) asked.reject(error);
    this.emit('closed');
  }
}

/** Quotes one word of tmux's command language as a literal. */
function quote(word: string): string {
  // A command is one line, and only double quotes have an escape for a newline.
  return `'${word.replaceAll("'", "'\\''").replaceAll('\n', `'"\\n"'`)}'`;
}

// It answers within a millisecond. Seconds are for an overloaded machine; no turn and no stop waits longer.
const ANSWER_MS = 5_000;
// The queue of a server that does not answer is bounded.
const MAX_PENDING = 1_000;
/** Enough for any error message of tmux. */
const MAX_COMPLAINT = 2000;
