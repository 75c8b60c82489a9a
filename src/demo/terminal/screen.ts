/** The screen: the conversation, scrolling up, above the block at the bottom. */
import { composeFrame, type Scene, type Size } from './frame.ts';
import { Painter } from './painter.ts';
import { Transcript } from './transcript.ts';

export class Screen {
  readonly #size: () => Size;
  readonly #now: () => Omit<Scene, 'live'>;
  readonly #transcript: Transcript;
  readonly #painter: Painter;
  #painting: NodeJS.Immediate | undefined;
  #spins = 0;

  /** `now` returns what the bottom block has to show, for each redraw. */
  constructor(write: (output: string | Uint8Array) => void, size: () => Size, now: () => Omit<Scene, 'live'>) {
    this.#size = size;
    this.#now = now;
    this.#transcript = new Transcript(size().columns);
    this.#painter = new Painter(write);
  }

  /** Text of the answer, continued where the last piece ended. */
  text(text: string): void {
    this.#transcript.text(text);
    this.paintSoon();
  }

  /** A paragraph of its own, with `mark` before it. */
  note(mark: string, text: string): void {
    this.#transcript.note(mark, text);
    this.paintSoon();
  }

  /** A blank row before the next output. */
  gap(): void {
    this.#transcript.gap();
    this.paintSoon();
  }

  /** Once for all changes in this round of the event loop. */
  paintSoon(): void {
    this.#painting ??= setImmediate(() => this.paint());
  }

  paint(): void {
    clearImmediate(this.#painting);
    this.#painting = undefined;
    const scene = this.#now();
    const frame = composeFrame({ ...scene, live: this.#transcript.live }, this.#size());
    const busy = scene.workingSeconds !== null && scene.dialog === null;
    const sign = busy ? SPINNER[this.#spins % SPINNER.length] : IDLE;
    this.#painter.paint(this.#transcript.takeRows(), frame, `${sign} demo`);
  }

  /** Shows that the agent is alive. */
  spin(): void {
    this.#spins++;
    this.paint();
  }

  resized(): void {
    const size = this.#size();
    this.#painter.resized(size);
    this.#transcript.resize(size.columns);
    this.paint();
  }

  setBracketedPaste(on: boolean): void {
    this.#painter.setBracketedPaste(on);
  }

  scribble(bytes: Uint8Array): void {
    this.#painter.scribble(bytes);
    this.paintSoon();
  }

  leave(): void {
    this.#painter.leave();
  }
}

const IDLE = '✳';
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
