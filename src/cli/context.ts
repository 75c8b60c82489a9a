import type { Settings } from '../config/settings.ts';
import type { Terminal } from '../process/terminal.ts';

/** What whoever runs the command line gives it: a process its own, a test what it made. */
export interface CommandIo {
  /** A copy, which `run` may change. */
  env: NodeJS.ProcessEnv;
  /** Where relative paths begin, and where `.env` is. */
  cwd: string;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
}

/** What a command works with. */
export interface CommandContext extends Settings {
  io: CommandIo;
  /** Prints to `io`. */
  terminal: Terminal;
  /** Sets the exit status where the command comes to its end all the same; 1 unless told otherwise. */
  exitWith(status?: number): void;
}
