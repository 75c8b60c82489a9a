/** Reads the terminal's input and passes on what was typed. */
import type { ReadStream } from 'node:tty';
import { InputDecoder, type InputEvent } from './decoder.ts';

export function listen(stdin: ReadStream, onInput: (events: InputEvent[]) => void): void {
  const decoder = new InputDecoder();
  let timer: NodeJS.Timeout | undefined;
  stdin.setRawMode(true);
  stdin.on('data', (bytes: Buffer) => {
    clearTimeout(timer);
    onInput(decoder.push(bytes));
    if (decoder.undecided) timer = setTimeout(() => onInput(decoder.settle()), ESCAPE_MS);
  });
}

/** A terminal sends the bytes of a sequence together; a person's next key takes longer than this. */
const ESCAPE_MS = 30;
