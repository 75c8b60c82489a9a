/** Answers for tests of timing. */
import { type Command, numberIn } from './command.ts';
import type { Turn } from './turn.ts';

export const timing: Command[] = [
  {
    name: 'at once',
    does: { en: 'The shortest answer, immediately.', de: 'Die kürzeste Antwort, sofort.' },
    async answer(turn) {
      await turn.pour('At once.');
      return { tag: 'demo' };
    },
  },
  {
    name: 'slow',
    takes: 'N',
    does: { en: 'An answer spread over N seconds.', de: 'Eine Antwort, über N Sekunden verteilt.' },
    async answer(turn, argument) {
      const seconds = numberIn(argument, 10);
      const pieces = Math.max(2, Math.ceil(seconds * 2));
      const sentences = Array.from({ length: pieces }, (_, index) => `Piece ${index + 1} of ${pieces}.`);
      await turn.sayOver(sentences.join(' '), seconds * 1000);
      return { tag: 'demo' };
    },
  },
  {
    name: 'silent',
    takes: 'N',
    does: { en: 'Nothing for N seconds, then an answer.', de: 'N Sekunden nichts, dann eine Antwort.' },
    async answer(turn, argument) {
      const seconds = numberIn(argument, 10);
      await turn.wait(seconds * 1000);
      await turn.say({ en: `I said nothing for ${seconds} s.`, de: `Ich habe ${seconds} s lang geschwiegen.` });
      return { tag: 'demo' };
    },
  },
  {
    name: 'hold',
    takes: 'NAME',
    does: {
      en: 'Half an answer; the rest when the file `release-NAME` appears beside my logs.',
      de: 'Eine halbe Antwort; der Rest, sobald neben meinen Logs die Datei `release-NAME` erscheint.',
    },
    async answer(turn, argument) {
      await turn.say('This is the first half.');
      await turn.waitForRelease(releaseName(turn, argument));
      await turn.say(' This is the second half.');
      return { tag: 'demo' };
    },
  },
  {
    name: 'hold-first',
    takes: 'NAME',
    does: {
      en: 'Waits for the same file before it says anything.',
      de: 'Wartet auf diese Datei, bevor es etwas sagt.',
    },
    async answer(turn, argument) {
      await turn.waitForRelease(releaseName(turn, argument));
      await turn.say('Both halves at the end.');
      return { tag: 'demo' };
    },
  },
  {
    name: 'tools',
    takes: 'N',
    does: { en: 'N pretend tools, one after the other.', de: 'N Werkzeuge zum Schein, eins nach dem anderen.' },
    async answer(turn, argument) {
      const count = Math.min(numberIn(argument, 3), 64);
      for (let number = 1; number <= count; number++) {
        await turn.runTool({ en: `Reading file ${number}`, de: `Lese Datei ${number}` }, TOOL_MS);
      }
      await turn.say({ en: `I used ${count} tools.`, de: `Ich habe ${count} Werkzeuge benutzt.` });
      return { tools: ['files.read'], rows: count, tag: 'demo' };
    },
  },
];

/** A file's name without a path. */
function releaseName(turn: Turn, argument: string): string {
  if (/^[\w-]{1,100}$/.test(argument)) return argument;
  return turn.fail('agent_error', 'a hold needs a name of letters, digits, _ and -');
}

/** Long enough that each is seen to run. */
const TOOL_MS = 150;
