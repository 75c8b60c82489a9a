/** Answers that depend on a dialog in the terminal. */
import type { Command } from './command.ts';
import { plain } from './plain.ts';
import { SCENE_NAMES, toolScene } from './tool-scenes.ts';
import type { Answer } from './turn.ts';

export const dialogs: Command[] = [
  {
    name: 'approve-tool',
    takes: 'NAME',
    does: {
      en: `Asks for permission to use a tool, with all that it would be given: ${SCENE_NAMES}.`,
      de: `Bittet um Erlaubnis für ein Werkzeug, mit allem, was es bekäme: ${SCENE_NAMES}.`,
    },
    async answer(turn, argument) {
      const { tool, input } = toolScene(argument);
      const { option, message } = await turn.ask({
        kind: 'permission',
        dialog: { heading: 'Permission', question: `Use ${tool}?`, options: YES_OR_NO },
        tool,
        input,
      });
      const why = message === undefined ? '' : `\n\n> ${plain(message)}`;
      await turn.say(
        option === 'allow'
          ? { en: `You allowed it, so I did: ${tool}`, de: `Erlaubt und getan: ${tool}` }
          : { en: `You denied it, so I did not: ${tool}${why}`, de: `Abgelehnt, also nicht getan: ${tool}${why}` },
      );
      return { tag: option };
    },
  },
  {
    name: 'approve',
    takes: 'TEXT',
    does: { en: 'Asks for permission to do TEXT.', de: 'Bittet um Erlaubnis für TEXT.' },
    async answer(turn, argument) {
      const what = argument === '' ? 'delete file x' : argument;
      const { option, message } = await turn.ask({
        kind: 'permission',
        dialog: {
          heading: 'Permission',
          question: `Allow: ${what}?`,
          options: YES_OR_NO,
        },
        tool: what.startsWith('edit ') ? 'Edit' : 'Bash',
        detail: what,
        ...(what.startsWith('edit ') && { diff: editOf(what.slice('edit '.length)) }),
      });
      const why = message === undefined ? '' : `\n\n> ${plain(message)}`;
      const allowed = { en: `You allowed it, so I did: ${plain(what)}`, de: `Erlaubt und getan: ${plain(what)}` };
      const denied = {
        en: `You denied it, so I did not: ${plain(what)}${why}`,
        de: `Abgelehnt, also nicht getan: ${plain(what)}${why}`,
      };
      await turn.say(option === 'allow' ? allowed : denied);
      return { tag: option };
    },
  },
  {
    name: 'ask',
    does: {
      en: 'Asks a question with three answers, and takes another.',
      de: 'Stellt eine Frage mit drei Antworten und nimmt auch eine andere.',
    },
    async answer(turn) {
      const question = 'Which cases do you want to see?';
      const options = [
        { id: 'open', label: 'The open cases', description: 'Eleven, of which two are yours.' },
        { id: 'overdue', label: 'The overdue cases', description: 'Two.' },
        { id: 'closed', label: 'The closed cases', description: 'All that were ever closed.' },
      ];
      const { option, answers } = await turn.ask({
        kind: 'question',
        dialog: { heading: 'Question', question, options: options.map(({ id, label }) => ({ id, label })) },
        questions: [
          { question, options: options.map(({ label, description }) => ({ label, description })), several: false },
        ],
      });
      const answer = answers?.[question] ?? options.find(({ id }) => id === option)?.label;
      await turn.say(
        answer === undefined
          ? { en: 'You chose none, so I show none.', de: 'Nichts gewählt, also nichts gezeigt.' }
          : { en: `You chose: ${plain(answer)}`, de: `Gewählt: ${plain(answer)}` },
      );
      return { tag: option };
    },
  },
  {
    name: 'dialog',
    does: {
      en: 'An answer, and after it a dialog that stays until somebody answers it at the terminal.',
      de: 'Eine Antwort und danach ein Dialog, der bleibt, bis ihn jemand am Terminal beantwortet.',
    },
    async answer(turn) {
      await turn.say({ en: 'A dialog is open now.', de: 'Jetzt ist ein Dialog offen.' });
      const options = [
        { id: 'yes', label: 'Yes, I trust it' },
        { id: 'no', label: 'No' },
      ];
      turn.afterwards({ kind: 'dialog', dialog: { heading: 'Trust', question: 'Trust this folder?', options } });
      return { tag: 'demo' };
    },
  },
  {
    name: 'background',
    takes: '[NAME]',
    does: {
      en: 'An answer, and after it something of my own on the screen, until `release-NAME` appears.',
      de: 'Eine Antwort und danach etwas Eigenes auf dem Bildschirm, bis `release-NAME` erscheint.',
    },
    async answer(turn, argument) {
      await turn.say({ en: 'Something goes on in the background.', de: 'Im Hintergrund geht etwas weiter.' });
      turn.afterwards({ kind: 'background', answer: ofItsOwn(argument) });
      return { tag: 'demo' };
    },
  },
];

function editOf(file: string): string {
  return [`--- ${file}`, `+++ ${file}`, '@@ -1,2 +1,2 @@', ' # Cases', '-due: never', '+due: 2026-12-01', ''].join(
    '\n',
  );
}

function ofItsOwn(name: string): Answer {
  return async (turn) => {
    await turn.say('A background task has finished. ');
    if (/^[\w-]{1,100}$/.test(name)) await turn.waitForRelease(name);
    else await turn.sayOver('I am reading what it found. It found nothing new.', BACKGROUND_MS);
    return null;
  };
}

const YES_OR_NO = [
  { id: 'allow', label: 'Yes' },
  { id: 'deny', label: 'No' },
];

/** Long enough for a driver to notice. */
const BACKGROUND_MS = 3000;
