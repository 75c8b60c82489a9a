/**
 * T5. A user writes what a shell, tmux or ssh would run — `;`, `$()`, `#()`, options, line ends — into questions, and
 * a thief of the gateway's key writes it into verbs and session names.
 *
 * Verified over a real sshd, with fuzzing: the agent gets a question exactly as it was written, a verb that is not one
 * of the shim's is refused, and a file that each of them tries to make is never made.
 */
import { attackWithShellWords } from './shell-words.ts';

// Each order once; at random, mostly by night.
await attackWithShellWords(1);
