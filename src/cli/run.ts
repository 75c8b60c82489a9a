import { CommanderError } from 'commander';
import { ConfigError, loadConfig } from '../config/load.ts';
import { PaliadinError } from '../contract/errors.ts';
import { terminalOn } from '../process/terminal.ts';
import type { CommandIo } from './context.ts';
import { createProgram } from './program.ts';

/**
 * The command line: `paliadin ARGV…`. Returns the exit status; every error is printed. It uses nothing of the process but
 * what `io` has, except that `start` and `attach` take over its signals and its terminal.
 */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const terminal = terminalOn(io);
  let status = 0;
  const exitWith = (wanted = 1) => {
    status = wanted;
  };
  const context = () => ({ config: loadConfig(io.env, io.cwd), env: io.env, io, terminal, exitWith });
  try {
    await createProgram(io, terminal, context).parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    // It has printed its help or what is wrong with the arguments by itself.
    if (error instanceof CommanderError) return error.exitCode;
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return status; // nobody reads the rest
    terminal.note(`paliadin: ${textOf(error)}`.split('\n'));
    return 1;
  }
}

function textOf(error: unknown): string {
  if (error instanceof PaliadinError) return error.detail ?? error.code;
  if (error instanceof ConfigError) return error.message;
  // A bug in Paliadin: the stack shows where.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
