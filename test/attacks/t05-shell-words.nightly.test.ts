/** T5 with more words. */
import { attackWithShellWords } from './shell-words.ts';

await attackWithShellWords(2);
