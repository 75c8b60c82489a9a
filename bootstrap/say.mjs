/** What went wrong during the set-up, and what to do, for the person who typed the command. */
export class SetupError extends Error {}

/** Errors of the file system that stop a set-up, and that only the user can repair. @type {Record<string, string>} */
const ADVICE = {
  EACCES: 'The clone belongs to another user: run this as that user, or in a clone of your own.',
  EROFS: 'The clone is on a file system that cannot be written: run the command once where it can.',
  ENOSPC: 'The disk is full: make room and run the same command again.',
};

/**
 * Prints one line about a step of the set-up. To stderr: stdout belongs to the command that runs afterwards.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`paliadin: ${line}\n`);
}

/** Ends the bootstrap with the advice for the error, or with the stack if there is none. @param {any} error */
export function fail(error) {
  const advice = ADVICE[error?.code];
  if (error instanceof SetupError) say(error.message);
  else say(advice ? `${error.message}. ${advice}` : String(error?.stack ?? error));
  process.exitCode = 1;
}
