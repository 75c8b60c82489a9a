/** Misbehaviour, on request. */
import { type Command, numberIn } from './command.ts';

export const faults: Command[] = [
  {
    name: 'crash',
    takes: 'N',
    does: {
      en: 'Half an answer, then I exit with code N.',
      de: 'Eine halbe Antwort, dann beende ich mich mit Code N.',
    },
    async answer(turn, argument) {
      await turn.say('This is half of an answer, and the other half');
      return turn.crash(numberIn(argument, 7) & 0xff);
    },
  },
  {
    name: 'hang',
    does: {
      en: 'I receive the prompt, then never react again.',
      de: 'Ich nehme die Frage an und reagiere nie wieder.',
    },
    answer: (turn) => turn.freeze(),
  },
  {
    name: 'deaf',
    does: { en: 'The same, without a sign that I received it.', de: 'Dasselbe, ohne Zeichen, dass sie ankam.' },
    deaf: true,
    answer: (turn) => turn.freeze(),
  },
  {
    name: 'limit',
    does: { en: 'The usage limit is reached.', de: 'Das Kontingent ist aufgebraucht.' },
    answer: async (turn) => turn.fail('agent_limit', 'resets 3pm'),
  },
  {
    name: 'error',
    does: { en: 'The model fails.', de: 'Das Modell versagt.' },
    answer: async (turn) => turn.fail('agent_error', 'overloaded'),
  },
  {
    name: 'raw',
    does: {
      en: 'An answer, then the terminal no longer marks what is pasted.',
      de: 'Eine Antwort, danach kennzeichnet das Terminal Eingefügtes nicht mehr.',
    },
    async answer(turn) {
      await turn.say({ en: 'Bracketed paste is off now.', de: 'Bracketed Paste ist jetzt aus.' });
      turn.afterwards({ kind: 'bracketed-paste', on: false });
      return { tag: 'demo' };
    },
  },
  {
    name: 'cooked',
    does: { en: 'The end of that; typed at the terminal.', de: 'Das Ende davon; am Terminal zu tippen.' },
    async answer(turn) {
      await turn.say({ en: 'Bracketed paste is on again.', de: 'Bracketed Paste ist wieder an.' });
      turn.afterwards({ kind: 'bracketed-paste', on: true });
      return { tag: 'demo' };
    },
  },
  {
    name: 'no trailer',
    does: { en: 'An answer without a trailer.', de: 'Eine Antwort ohne Trailer.' },
    async answer(turn) {
      await turn.say({ en: 'Nothing follows this.', de: 'Hierauf folgt nichts.' });
      return null;
    },
  },
  {
    name: 'broken trailer',
    does: { en: 'An answer whose trailer can’t be read.', de: 'Eine Antwort mit unlesbarem Trailer.' },
    async answer(turn) {
      await turn.say({ en: 'The trailer of this is broken.', de: 'Der Trailer hiervon ist kaputt.' });
      await turn.pour('\n\n<!-- paliadin {"used_tools":["cases.search",,"rows_seen":"many"} -->');
      return null;
    },
  },
];
