/** Parses the one line that a gateway may send. A stolen key can request nothing else. */
import { type ShimVerb, shimArguments } from '../../contract/shim.ts';

export interface ShimCommand {
  verb: ShimVerb;
  /** As many as the verb takes, each matched as a whole. */
  args: string[];
}

/** Not a command of ours. The message repeats nothing of the input. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** @throws UsageError for anything that is not exactly one of the verbs with its arguments, split at single spaces. */
export function parseCommand(line: string): ShimCommand {
  if (line === '') throw new UsageError(`no verb was given; ${VERBS}`);
  const [verb = '', ...args] = line.split(' ');
  if (!isVerb(verb)) throw new UsageError(`this is not a verb of the shim; ${VERBS}`);
  const patterns = shimArguments[verb];
  if (args.length !== patterns.length) {
    throw new UsageError(`${verb} takes ${patterns.length} arguments, with one space before each, not ${args.length}`);
  }
  const bad = patterns.findIndex((pattern, index) => !matchesWhole(pattern, args[index] ?? ''));
  if (bad >= 0) throw new UsageError(`argument ${bad + 1} of ${verb} does not look as it has to`);
  return { verb, args };
}

function isVerb(word: string): word is ShimVerb {
  return Object.hasOwn(shimArguments, word);
}

/** `$` would also match before a final newline with the flag m; this does not rely on it. */
function matchesWhole(pattern: RegExp, word: string): boolean {
  return word !== '' && pattern.exec(word)?.[0] === word;
}

const VERBS = `the verbs are ${Object.keys(shimArguments).join(', ')}`;
