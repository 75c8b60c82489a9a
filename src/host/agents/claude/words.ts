/** What the driver says to a person by itself, in the language that the question came with. */
import { type Language, languageOf } from '../../../contract/locales/locale.ts';

export interface Words {
  /** By Claude Code's name of the tool. */
  tools: Record<string, string>;
  /** A tool without a name of ours. */
  otherTool(name: string): string;
  compaction: string;
  retrying(attempt: string, of: string): string;
  question: string;
  options: { allow: string; deny: string; answer: string; noAnswer: string };
}

export function wordsOf(locale: string | null | undefined): Words {
  return languages[languageOf(locale)];
}

const en: Words = {
  tools: {
    Bash: 'Running a command',
    BashOutput: 'Looking at a command’s output',
    Read: 'Reading a file',
    Write: 'Writing a file',
    Edit: 'Changing a file',
    NotebookEdit: 'Changing a file',
    Glob: 'Looking for files',
    Grep: 'Searching files',
    WebFetch: 'Reading a web page',
    WebSearch: 'Searching the web',
    Task: 'Asking a helper',
    Agent: 'Asking a helper',
  },
  otherTool: (name) => `Using ${name}`,
  compaction: 'Summing up the conversation so far',
  retrying: (attempt, of) => `The model’s service does not answer; asking again (${attempt} of ${of})`,
  question: 'A question',
  options: { allow: 'Allow once', deny: 'Deny', answer: 'Answer', noAnswer: 'No answer' },
};

const de: Words = {
  tools: {
    Bash: 'Führt einen Befehl aus',
    BashOutput: 'Sieht nach, was ein Befehl ausgibt',
    Read: 'Liest eine Datei',
    Write: 'Schreibt eine Datei',
    Edit: 'Ändert eine Datei',
    NotebookEdit: 'Ändert eine Datei',
    Glob: 'Sucht nach Dateien',
    Grep: 'Durchsucht Dateien',
    WebFetch: 'Liest eine Webseite',
    WebSearch: 'Sucht im Web',
    Task: 'Fragt einen Helfer',
    Agent: 'Fragt einen Helfer',
  },
  otherTool: (name) => `Benutzt ${name}`,
  compaction: 'Fasst das bisherige Gespräch zusammen',
  retrying: (attempt, of) => `Der Dienst des Modells antwortet nicht; neuer Versuch (${attempt} von ${of})`,
  question: 'Eine Frage',
  options: { allow: 'Einmal erlauben', deny: 'Ablehnen', answer: 'Antworten', noAnswer: 'Keine Antwort' },
};

const languages: Record<Language, Words> = { en, de };
