/** What went wrong while setting up, and what to do, in words for the person who typed the command. */
export class SetupError extends Error {}

/** What stops a set-up in the file system, and is not for us to mend. @type {Record<string, string>} */
const ADVICE = {
  EACCES: 'The clone belongs to another user: run this as that user, or in a clone of your own.',
  EROFS: 'The clone is on a file system that cannot be written: run the command once where it can.',
  ENOSPC: 'The disk is full: make room and run the same command again.',
};

/** One line about a step of the set-up. To stderr: stdout belongs to the command that runs afterwards. @param {string} line */
export function say(line) {
  process.stderr.write(`paliadin: ${line}\n`);
}

/** Ends the bootstrap with what to do about it or, where that is unknown, with the stack. @param {any} error */
export function fail(error) {
  const advice = ADVICE[error?.code];
  if (error instanceof SetupError) say(error.message);
  else say(advice ? `${error.message}. ${advice}` : String(error?.stack ?? error));
  process.exitCode = 1;
}
