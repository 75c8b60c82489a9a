/** The conversation: the questions asked so far, kept in a file so that a restarted agent remembers them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readIfExists, writeAtomically } from '../../process/files.ts';

export class Conversation {
  readonly #file: string | null;
  /** The number of all questions, including those no longer remembered. */
  #count = 0;
  #questions: string[] = [];

  /** Without a directory it lasts as long as the process. An unused id starts a new one. */
  constructor(directory: string | null, id: string) {
    this.#file = directory === null ? null : join(directory, `${id}.json`);
    if (directory === null || this.#file === null) return;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const kept = read(this.#file);
    this.#count = kept.count;
    this.#questions = kept.questions;
  }

  get count(): number {
    return this.#count;
  }

  /** Oldest first. */
  get questions(): readonly string[] {
    return this.#questions;
  }

  remember(question: string): void {
    this.#count++;
    this.#questions = [...this.#questions, question.slice(0, MAX_QUESTION_LENGTH)].slice(-MAX_QUESTIONS);
    if (this.#file === null) return;
    writeAtomically(this.#file, JSON.stringify({ count: this.#count, questions: this.#questions }));
  }
}

function read(file: string): { count: number; questions: string[] } {
  const text = readIfExists(file);
  return text === null ? { count: 0, questions: [] } : JSON.parse(text);
}

/** Keeps the file small, however long the conversation is. */
const MAX_QUESTIONS = 50;
const MAX_QUESTION_LENGTH = 500;
