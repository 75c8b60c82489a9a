/** Texts that the driver itself shows to a person, in the language of the question. */
import { type Language, languageOf } from '../../../contract/locales/locale.ts';

export interface Words {
  /** By Claude Code's name for the tool. */
  tools: Record<string, ToolWords>;
  /** For a tool that has no text of ours. */
  otherTool(name: string): ToolWords;
  /** For `otherTool`, if it has no name either. */
  aTool: string;
  compaction: string;
  retrying(attempt: string, of: string): string;
  question: string;
  /** Of an MCP server. */
  questionOf(server: string): string;
  /** For an agent whose name is not known. */
  theAgent: string;
  cannotAsk(server: string): string;
  cannotTake(server: string): string;
  yes: string;
  no: string;
  /** For an answer that is optional. */
  leaveOut: string;
  options: { allow: string; deny: string; answer: string; noAnswer: string };
}

/** What a tool does while it runs, and how its permission is requested. */
export interface ToolWords {
  does: string;
  asks: string;
}

export function wordsOf(locale: string | null | undefined): Words {
  return languages[languageOf(locale)];
}

const en: Words = {
  tools: {
    Bash: { does: 'Running a command', asks: 'Run a command' },
    BashOutput: { does: 'Looking at a command’s output', asks: 'Look at a command’s output' },
    Read: { does: 'Reading a file', asks: 'Read a file' },
    Write: { does: 'Writing a file', asks: 'Write a file' },
    Edit: { does: 'Changing a file', asks: 'Change a file' },
    NotebookEdit: { does: 'Changing a file', asks: 'Change a file' },
    Glob: { does: 'Looking for files', asks: 'Look for files' },
    Grep: { does: 'Searching files', asks: 'Search files' },
    WebFetch: { does: 'Reading a web page', asks: 'Read a web page' },
    WebSearch: { does: 'Searching the web', asks: 'Search the web' },
    Task: { does: 'Asking a helper', asks: 'Ask a helper' },
    Agent: { does: 'Asking a helper', asks: 'Ask a helper' },
    EnterPlanMode: { does: 'Making a plan', asks: 'Make a plan' },
    ExitPlanMode: { does: 'Presenting a plan', asks: 'Carry out a plan' },
  },
  otherTool: (name) => ({ does: `Using ${name}`, asks: `Use ${name}` }),
  aTool: 'a tool',
  compaction: 'Summing up the conversation so far',
  retrying: (attempt, of) => `The model’s service does not answer; asking again (${attempt} of ${of})`,
  question: 'A question',
  questionOf: (server) => `A question of ${server}`,
  theAgent: 'The agent',
  cannotAsk: (server) => `${server} asks something that can’t be answered here`,
  cannotTake: (server) => `${server} can’t take that answer`,
  yes: 'Yes',
  no: 'No',
  leaveOut: 'Leave out',
  options: { allow: 'Allow once', deny: 'Deny', answer: 'Answer', noAnswer: 'No answer' },
};

const de: Words = {
  tools: {
    Bash: { does: 'Führt einen Befehl aus', asks: 'Einen Befehl ausführen' },
    BashOutput: { does: 'Sieht nach, was ein Befehl ausgibt', asks: 'Nachsehen, was ein Befehl ausgibt' },
    Read: { does: 'Liest eine Datei', asks: 'Eine Datei lesen' },
    Write: { does: 'Schreibt eine Datei', asks: 'Eine Datei schreiben' },
    Edit: { does: 'Ändert eine Datei', asks: 'Eine Datei ändern' },
    NotebookEdit: { does: 'Ändert eine Datei', asks: 'Eine Datei ändern' },
    Glob: { does: 'Sucht nach Dateien', asks: 'Nach Dateien suchen' },
    Grep: { does: 'Durchsucht Dateien', asks: 'Dateien durchsuchen' },
    WebFetch: { does: 'Liest eine Webseite', asks: 'Eine Webseite lesen' },
    WebSearch: { does: 'Sucht im Web', asks: 'Im Web suchen' },
    Task: { does: 'Fragt einen Helfer', asks: 'Einen Helfer fragen' },
    Agent: { does: 'Fragt einen Helfer', asks: 'Einen Helfer fragen' },
    EnterPlanMode: { does: 'Macht einen Plan', asks: 'Einen Plan machen' },
    ExitPlanMode: { does: 'Legt einen Plan vor', asks: 'Einen Plan ausführen' },
  },
  otherTool: (name) => ({ does: `Benutzt ${name}`, asks: `${name} benutzen` }),
  aTool: 'ein Werkzeug',
  compaction: 'Fasst das bisherige Gespräch zusammen',
  retrying: (attempt, of) => `Der Dienst des Modells antwortet nicht; neuer Versuch (${attempt} von ${of})`,
  question: 'Eine Frage',
  questionOf: (server) => `Eine Frage von ${server}`,
  theAgent: 'Der Agent',
  cannotAsk: (server) => `${server} fragt etwas, das hier nicht beantwortet werden kann`,
  cannotTake: (server) => `${server} kann diese Antwort nicht annehmen`,
  yes: 'Ja',
  no: 'Nein',
  leaveOut: 'Weglassen',
  options: { allow: 'Einmal erlauben', deny: 'Ablehnen', answer: 'Antworten', noAnswer: 'Keine Antwort' },
};

const languages: Record<Language, Words> = { en, de };
