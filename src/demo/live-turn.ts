/** A running turn: what an answer does is recorded and shown, at the agent's pace. */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentLogEntry, agentDecision, decisionFile } from '../contract/agent-log.ts';
import { DENY } from '../contract/turn.ts';
import type { Afterwards, Answer, Decision, Question, Request, Trailer, Turn, Wording } from './answers/turn.ts';
import { appears } from './record/appears.ts';
import { cut } from './record/cut.ts';
import type { DemoRecorder } from './record/recorder.ts';
import type { Dialog } from './terminal/dialog.ts';

/** The parts of the terminal and the process that a turn uses. */
export interface Stage {
  text(text: string): void;
  note(mark: string, text: string): void;
  ask(dialog: Dialog, signal: AbortSignal): Promise<string>;
  scribble(bytes: Uint8Array): void;
  freeze(): void;
  exit(code: number): never;
}

export interface Surroundings {
  recorder: DemoRecorder;
  stage: Stage;
  /** Milliseconds for a few words; with 0 everything comes at once. */
  pace: number;
  /** What needs a person's permission is refused without asking. */
  dontAsk: boolean;
  releaseDirectory: string | null;
  /** Identifies the turn of a decision that is made elsewhere; null if a person typed the prompt. */
  turnId: string | null;
}

export type Ending = Extract<AgentLogEntry, { event: 'stop' | 'failure' | 'interrupted' }>;

export class LiveTurn implements Turn {
  readonly question: Question;
  /** What to do once it has stopped by itself. */
  deeds: Afterwards[] = [];
  readonly #around: Surroundings;
  readonly #interruption = new AbortController();
  #bytesSaid = 0;
  #steps = 0;

  constructor(question: Question, around: Surroundings) {
    this.question = question;
    this.#around = around;
  }

  get saidSomething(): boolean {
    return this.#bytesSaid > 0;
  }

  interrupt(): void {
    this.#interruption.abort();
  }

  /** Plays the answer to its end and returns how it ended. */
  async play(answer: Answer): Promise<Ending> {
    try {
      const trailer = await answer(this);
      if (trailer !== null) this.#emit(`\n\n${trailerLine(trailer)}`);
      return { event: 'stop', inputTokens: tokens(this.question.message), outputTokens: tokensOf(this.#bytesSaid) };
    } catch (error) {
      if (this.#interruption.signal.aborted) return { event: 'interrupted' };
      if (error instanceof Failure) return { event: 'failure', code: error.code, detail: error.message };
      return { event: 'failure', code: 'agent_error', detail: String(error) };
    }
  }

  readonly word = (wording: Wording): string => wording[this.question.language];

  async say(text: Wording | string): Promise<void> {
    const whole = typeof text === 'string' ? text : this.word(text);
    if (this.#around.pace === 0) return this.#emit(whole);
    for (const words of fewWords(whole)) {
      this.#emit(words);
      await this.wait(this.#around.pace);
    }
  }

  async sayOver(text: string, ms: number): Promise<void> {
    const pieces = fewWords(text);
    for (const words of pieces) {
      this.#emit(words);
      await this.wait(ms / pieces.length);
    }
  }

  async pour(text: string): Promise<void> {
    for (const piece of cut(text, GULP)) {
      this.#emit(piece);
      if (piece.length < text.length) await this.#breathe();
    }
  }

  async pourBytes(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; start += GULP) {
      const piece = bytes.subarray(start, start + GULP);
      this.#interruption.signal.throwIfAborted();
      this.#bytesSaid += piece.length;
      this.#around.recorder.recordBytes(piece);
      this.#around.stage.text(Buffer.from(piece).toString('utf8'));
      if (piece.length < bytes.length) await this.#breathe();
    }
  }

  async wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#interruption.signal });
  }

  async waitForRelease(name: string): Promise<void> {
    const directory = this.#around.releaseDirectory;
    if (directory === null) this.fail('agent_error', 'holding needs --log-dir, where the release is looked for');
    await appears(directory, `release-${name}`, this.#interruption.signal);
  }

  async runTool(title: Wording, ms: number): Promise<void> {
    const tool = { event: 'tool', id: `tool-${++this.#steps}`, title: this.word(title) } as const;
    this.#interruption.signal.throwIfAborted();
    this.#around.recorder.record({ ...tool, status: 'running' });
    this.#around.stage.note('●', `${tool.title} …`);
    try {
      if (this.#around.pace > 0) await this.wait(ms);
      this.#around.recorder.record({ ...tool, status: 'done' });
    } catch (error) {
      this.#around.recorder.record({ ...tool, status: 'failed' });
      throw error;
    }
  }

  async use<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#interruption;
    try {
      return await work(signal);
    } finally {
      signal.throwIfAborted();
    }
  }

  async useTool<T extends { failed: boolean }>(title: Wording, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const tool = { event: 'tool', id: `tool-${++this.#steps}`, title: this.word(title) } as const;
    this.#around.recorder.record({ ...tool, status: 'running' });
    this.#around.stage.note('●', `${tool.title} …`);
    let status: 'done' | 'failed' = 'failed';
    try {
      const given = await this.use(work);
      if (!given.failed) status = 'done';
      return given;
    } finally {
      this.#around.recorder.record({ ...tool, status });
    }
  }

  async ask({ dialog, ...more }: Request): Promise<Decision> {
    if (this.#around.dontAsk && more.kind === 'permission') return { option: DENY, message: NOBODY };
    const id = `approval-${++this.#steps}`;
    const { recorder, stage } = this.#around;
    recorder.record({ event: 'approval', id, title: dialog.question, options: [...dialog.options], ...more });
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#interruption.signal]);
    try {
      const atTerminal = stage.ask(dialog, signal).then((option) => ({ option }));
      return await Promise.race([atTerminal, this.#decidedElsewhere(id, signal)]);
    } finally {
      over.abort(); // the slower source is no longer asked
      recorder.record({ event: 'approval-closed', id });
    }
  }

  async #decidedElsewhere(id: string, signal: AbortSignal): Promise<Decision> {
    const { releaseDirectory: directory, turnId } = this.#around;
    if (directory === null || turnId === null) return new Promise(() => {});
    return agentDecision.parse(
      JSON.parse(readFileSync(await appears(directory, decisionFile(turnId, id), signal), 'utf8')),
    );
  }

  scribble(bytes: Uint8Array): void {
    this.#around.stage.scribble(bytes);
  }

  afterwards(deed: Afterwards): void {
    this.deeds.push(deed);
  }

  fail(code: Failure['code'], detail: string): never {
    throw new Failure(code, detail);
  }

  crash(code: number): never {
    return this.#around.stage.exit(code);
  }

  freeze(): Promise<never> {
    this.#around.stage.freeze();
    return new Promise(() => {});
  }

  #emit(text: string): void {
    this.#interruption.signal.throwIfAborted();
    this.#bytesSaid += Buffer.byteLength(text);
    this.#around.recorder.record({ event: 'text', delta: text });
    this.#around.stage.text(text);
  }

  /** Gives the event loop to keys and the screen. */
  async #breathe(): Promise<void> {
    if (this.#around.pace > 0) await this.wait(this.#around.pace);
  }
}

class Failure extends Error {
  readonly code: 'agent_error' | 'agent_limit';

  constructor(code: Failure['code'], detail: string) {
    super(detail);
    this.code = code;
  }
}

function trailerLine({ tools = [], rows = 0, tag }: Trailer): string {
  return `<!-- paliadin ${JSON.stringify({ used_tools: tools, rows_seen: rows, classifier_tag: tag })} -->`;
}

/** Three words at a time, with the white space between them; joined they are the text. */
export function fewWords(text: string): string[] {
  return text.match(/(?:\s*\S+){1,3}|\s+$/g) ?? [];
}

function tokens(text: string): number {
  return tokensOf(Buffer.byteLength(text));
}

/** A rough estimate of a model's count. */
function tokensOf(bytes: number): number {
  return Math.ceil(bytes / 4);
}

const NOBODY = 'Nobody can be asked, and the settings do not allow it.';

/** How much is written before other events are processed: some milliseconds' work. */
const GULP = 256 * 1024;
