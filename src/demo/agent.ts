/**
 * The demo agent: an input box, one turn at a time, dialogs. What the person or a driver types comes in through
 * `input`; everything that it shows is on its screen.
 */

import { ordinary } from './answers/ordinary.ts';
import { COMMANDS, recognise } from './answers/recognise.ts';
import type { Afterwards, Answer, Question } from './answers/turn.ts';
import { type Ending, LiveTurn, type Stage } from './live-turn.ts';
import type { Options } from './options.ts';
import { readPrompt } from './prompt.ts';
import { Conversation } from './record/conversation.ts';
import { openRecorder } from './record/open-recorder.ts';
import { notePrompt } from './record/prompts.ts';
import { type DemoRecorder, screenOnly } from './record/recorder.ts';
import type { InputEvent, Key } from './terminal/decoder.ts';
import { chosenBy, type Dialog } from './terminal/dialog.ts';
import { Editor, type Piece, shown } from './terminal/editor.ts';
import type { Size } from './terminal/frame.ts';
import { Screen } from './terminal/screen.ts';
import { toolAnswer } from './tools/answer.ts';
import type { Toolbox } from './tools/toolbox.ts';

/** The process around the agent. */
export interface Outside {
  write(output: string | Uint8Array): void;
  size(): Size;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  exit(code: number): never;
  /** The tools that it was given; null where it has none. */
  toolbox?: Toolbox | null;
}

interface Work {
  turn: LiveTurn;
  since: number;
  spinner: NodeJS.Timeout;
}

interface OpenDialog {
  dialog: Dialog;
  choose(id: string): void;
  /** What Escape does. */
  dismiss(): void;
}

export class Agent {
  readonly #options: Options;
  readonly #outside: Outside;
  readonly #conversation: Conversation;
  readonly #editor = new Editor();
  readonly #screen: Screen;
  #work: Work | null = null;
  #dialog: OpenDialog | null = null;
  #hint: string | null = null;
  #frozen = false;

  constructor(options: Options, outside: Outside) {
    this.#options = options;
    this.#outside = outside;
    this.#conversation = new Conversation(options.conversationDirectory, options.conversation);
    this.#screen = new Screen(outside.write, outside.size, () => ({
      editor: this.#editor,
      dialog: this.#dialog?.dialog ?? null,
      workingSeconds: this.#work === null ? null : Math.floor((outside.now() - this.#work.since) / 1000),
      hint: this.#hint,
    }));
  }

  start(): void {
    const { count } = this.#conversation;
    const resumed = count === 0 ? '' : `, resumed after question ${count}`;
    this.#screen.note('✻', `The demo agent of Paliadin. Its answers are invented. A conversation${resumed}.`);
    this.#screen.gap();
    this.#screen.paint();
    this.#screen.setBracketedPaste(true);
  }

  input(events: readonly InputEvent[]): void {
    for (const event of events) if (!this.#frozen) this.#handle(event);
    this.#screen.paintSoon();
  }

  resized(): void {
    if (!this.#frozen) this.#screen.resized();
  }

  /** Restores the terminal. */
  leave(): void {
    this.#screen.leave();
  }

  #handle(event: InputEvent): void {
    const armed = this.#hint !== null;
    this.#hint = null;
    if (this.#dialog !== null) this.#answerDialog(this.#dialog, event);
    else if (event.kind === 'text') this.#editor.type(event.text);
    else if (event.kind === 'paste') this.#editor.paste(event.text);
    else if (event.key === 'interrupt') this.#pressCtrlC(armed);
    else this.#press(event.key);
  }

  #press(key: Exclude<Key, 'interrupt'>): void {
    if (key === 'enter') this.#pressEnter();
    else if (key === 'escape') this.#work?.turn.interrupt();
    else if (key === 'newline') this.#editor.type('\n');
    else if (key === 'clear') this.#editor.take();
    else this.#editor[key]();
  }

  /** While it works, typed text stays in the box. */
  #pressEnter(): void {
    if (this.#editor.continueLine() || this.#work !== null) return;
    const text = this.#editor.text;
    if (text.trim() === '') return;
    const typed = this.#editor.take();
    if (text.trim() === '/exit') this.#outside.exit(0);
    else if (text.trim() === '/help') this.#explain();
    else this.#submit(text, typed);
  }

  /** Pressed twice on an empty box, it ends the program. */
  #pressCtrlC(armed: boolean): void {
    if (this.#work !== null) this.#work.turn.interrupt();
    else if (!this.#editor.empty) this.#editor.take();
    else if (armed) this.#outside.exit(0);
    else this.#hint = 'ctrl-c again to exit';
  }

  /** As in Claude Code, Enter takes the first option: typing without looking approves. A paste is lost. */
  #answerDialog(open: OpenDialog, event: InputEvent): void {
    if (event.kind === 'key' && event.key === 'enter') open.choose(open.dialog.options[0]?.id ?? '');
    if (event.kind === 'key' && (event.key === 'escape' || event.key === 'interrupt')) open.dismiss();
    if (event.kind !== 'text') return;
    const characters = [...event.text];
    const at = characters.findIndex((character) => chosenBy(open.dialog, character) !== undefined);
    if (at < 0) return;
    open.choose(chosenBy(open.dialog, characters[at] ?? '') ?? '');
    const rest = characters.slice(at + 1).join('');
    if (rest !== '') this.#handle({ kind: 'text', text: rest });
  }

  #submit(text: string, typed: Piece[]): void {
    try {
      this.#receive(text, typed);
    } catch (error) {
      this.#screen.note('✗', `The prompt could not be recorded: ${String(error)}`);
      this.#screen.gap();
    }
  }

  /** The record comes first: it is the evidence that the prompt arrived. */
  #receive(text: string, typed: Piece[]): void {
    const { logDirectory, locale } = this.#options;
    const prompt = readPrompt(text, locale);
    const { toolbox } = this.#outside;
    const { answer, deaf } = recognise(prompt.asked, prompt.files, toolbox ? toolAnswer(toolbox, ordinary) : ordinary);
    const recorder = openRecorder(prompt, this.#options);
    if (!deaf) recorder.record({ event: 'prompt' });
    const earlier = this.#conversation.questions;
    this.#conversation.remember(prompt.asked);
    if (logDirectory !== null) notePrompt(logDirectory, prompt.turnId, prompt.message); // whoever reads it may end the agent
    this.#screen.note('>', firstLines(typed));
    this.#screen.gap();
    void this.#workOn({ ...prompt, number: this.#conversation.count, earlier }, answer, recorder, typed);
  }

  async #workOn(
    { turnId, ...question }: Question & { turnId: string | null },
    answer: Answer,
    recorder: DemoRecorder,
    typed: Piece[],
  ): Promise<void> {
    const { pace, dontAsk, logDirectory: releaseDirectory } = this.#options;
    const turn = new LiveTurn(question, {
      recorder,
      stage: this.#stage,
      pace,
      dontAsk,
      releaseDirectory,
      turnId,
    });
    const spinner = setInterval(() => this.#screen.spin(), SPIN_MS);
    this.#work = { turn, since: this.#outside.now(), spinner };
    this.#end(turn, await turn.play(answer), recorder, typed);
  }

  /** Ready, and visibly so, before the record says that the turn is over: the next prompt may follow at once. */
  #end(turn: LiveTurn, ending: Ending, recorder: DemoRecorder, typed: Piece[]): void {
    clearInterval(this.#work?.spinner);
    this.#work = null;
    if (ending.event === 'interrupted') this.#screen.note('  ⎿', 'Interrupted');
    if (ending.event === 'failure') this.#screen.note('✗', `${FAILURES[ending.code]}: ${ending.detail}`);
    this.#screen.gap();
    if (ending.event === 'interrupted' && !turn.saidSomething) this.#editor.giveBack(typed);
    if (ending.event === 'stop') for (const deed of turn.deeds) this.#do(deed, turn.question);
    this.#screen.paint();
    try {
      recorder.record(ending);
    } catch (error) {
      this.#screen.note('✗', `The end of the turn could not be recorded: ${String(error)}`);
      this.#screen.paint();
    }
  }

  #do(deed: Afterwards, question: Question): void {
    if (deed.kind === 'bracketed-paste') this.#screen.setBracketedPaste(deed.on);
    if (deed.kind === 'dialog') this.#open({ dialog: deed.dialog, choose: () => {}, dismiss: () => {} });
    if (deed.kind === 'background') void this.#workOn({ ...question, turnId: null }, deed.answer, screenOnly, []);
  }

  #open(open: OpenDialog): void {
    const choose = (id: string) => {
      this.#dialog = null;
      open.choose(id);
    };
    this.#dialog = { ...open, choose };
  }

  readonly #stage: Stage = {
    text: (text) => this.#screen.text(text),
    note: (mark, text) => this.#screen.note(mark, text),
    ask: (dialog, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      this.#open({ dialog, choose: resolve, dismiss: () => this.#work?.turn.interrupt() });
      signal.addEventListener('abort', () => {
        this.#dialog = null;
        reject(signal.reason);
      });
      this.#screen.paintSoon();
      return promise;
    },
    scribble: (bytes) => this.#screen.scribble(bytes),
    freeze: () => {
      this.#frozen = true;
      clearInterval(this.#work?.spinner);
    },
    exit: (code) => {
      this.#screen.paint();
      return this.#outside.exit(code);
    },
  };

  #explain(): void {
    const orders = COMMANDS.map(({ name, takes }) => `demo ${name}${takes === undefined ? '' : ` ${takes}`}`);
    this.#screen.note('>', '/help');
    this.#screen.note('●', `Ask anything; \`help\` explains all of this:\n${orders.join('\n')}\n/help\n/exit`);
    this.#screen.gap();
  }
}

/** Enough of a prompt to recognise it above its answer. */
function firstLines(pieces: readonly Piece[]): string {
  const lines = pieces.slice(0, MAX_ECHOED_PIECES).map(shown).join('').split('\n');
  return lines.length > MAX_ECHOED_LINES ? [...lines.slice(0, MAX_ECHOED_LINES), '…'].join('\n') : lines.join('\n');
}

const MAX_ECHOED_PIECES = 1000;
const MAX_ECHOED_LINES = 6;

const FAILURES = { agent_error: 'API error', agent_limit: 'Usage limit reached' };

/** Visibly alive, with hardly any output. */
const SPIN_MS = 250;
