/**
 * Decodes the bytes of a terminal into text, keys and pastes. Bytes may arrive split anywhere, in the middle of a
 * character or of an escape sequence; what is incomplete waits.
 */
import { StringDecoder } from 'node:string_decoder';

export type Key =
  | 'enter'
  | 'newline'
  | 'backspace'
  | 'delete'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'clear'
  | 'interrupt'
  | 'escape';

export type InputEvent = { kind: 'text'; text: string } | { kind: 'paste'; text: string } | { kind: 'key'; key: Key };

export class InputDecoder {
  #state: 'plain' | 'escape' | 'sequence' | 'paste' = 'plain';
  #sequence = '';
  #characters = new StringDecoder('utf8');
  /** The paste so far, without the bytes of `#carried`. */
  #pasted: Buffer[] = [];
  /** The last bytes of the paste so far: its end may have begun in them. */
  #carried = Buffer.alloc(0);

  /** An escape character has arrived and nothing after it: it is the key, or the start of a sequence. */
  get undecided(): boolean {
    return this.#state === 'escape';
  }

  push(bytes: Buffer): InputEvent[] {
    const events: InputEvent[] = [];
    for (let at = 0; at < bytes.length; ) {
      if (this.#state === 'paste') at = this.#readPaste(bytes, at, events);
      else if (this.#state === 'plain') at = this.#readPlain(bytes, at, events);
      else at = this.#readSequence(bytes, at, events);
    }
    return events;
  }

  /** Call this when nothing has followed an escape character for a while: it was the key. */
  settle(): InputEvent[] {
    if (!this.undecided) return [];
    this.#state = 'plain';
    return [{ kind: 'key', key: 'escape' }];
  }

  /** A run of text, or one control character. */
  #readPlain(bytes: Buffer, start: number, events: InputEvent[]): number {
    let end = start;
    while (end < bytes.length && !isControl(bytes[end] as number)) end++;
    if (end > start) {
      addText(events, this.#characters.write(bytes.subarray(start, end)));
      return end;
    }
    addText(events, this.#characters.end()); // a control character ends a character that was cut off
    const control = bytes[start] as number;
    const key = CONTROL_KEYS[control];
    if (control === ESCAPE) this.#state = 'escape';
    else if (control === TAB) addText(events, '\t');
    else if (key !== undefined) events.push({ kind: 'key', key });
    return start + 1;
  }

  /** One byte after an escape character. */
  #readSequence(bytes: Buffer, at: number, events: InputEvent[]): number {
    const byte = bytes[at] as number;
    if (this.#state === 'escape') {
      const opens = byte === OPENS_SEQUENCE || byte === OPENS_FUNCTION_KEY;
      this.#state = opens ? 'sequence' : 'plain';
      this.#sequence = String.fromCharCode(byte);
      if (opens) return at + 1;
      events.push({ kind: 'key', key: 'escape' });
      return at;
    }
    if (byte < 0x20 || byte > 0x7e || this.#sequence.length >= MAX_SEQUENCE_LENGTH) {
      this.#state = 'plain'; // no sequence has such a byte: drop what was read, and read the byte by itself
      return at;
    }
    this.#sequence += String.fromCharCode(byte);
    if (byte >= FIRST_FINAL) this.#endSequence(events);
    return at + 1;
  }

  #endSequence(events: InputEvent[]): void {
    const sequence = this.#sequence;
    this.#state = sequence === PASTE_START ? 'paste' : 'plain';
    const key = SEQUENCE_KEYS[sequence];
    if (key !== undefined) events.push({ kind: 'key', key });
  }

  /** Reads each byte once, however many pieces the paste comes in. */
  #readPaste(bytes: Buffer, start: number, events: InputEvent[]): number {
    const fresh = Buffer.concat([this.#carried, bytes.subarray(start)]);
    const end = fresh.indexOf(PASTE_END);
    if (end < 0) {
      const keep = Math.min(fresh.length, PASTE_END.length - 1);
      this.#pasted.push(fresh.subarray(0, fresh.length - keep));
      this.#carried = fresh.subarray(fresh.length - keep);
      return bytes.length;
    }
    this.#pasted.push(fresh.subarray(0, end));
    events.push({ kind: 'paste', text: Buffer.concat(this.#pasted).toString('utf8').replace(/\r\n?/g, '\n') });
    const used = end + PASTE_END.length - this.#carried.length;
    this.#pasted = [];
    this.#carried = Buffer.alloc(0);
    this.#state = 'plain';
    return start + used;
  }
}

function isControl(byte: number): boolean {
  return byte < 0x20 || byte === 0x7f;
}

function addText(events: InputEvent[], text: string): void {
  if (text !== '') events.push({ kind: 'text', text });
}

const ESCAPE = 0x1b;
const TAB = 0x09;
const OPENS_SEQUENCE = 0x5b; // [
const OPENS_FUNCTION_KEY = 0x4f; // O
/** Bytes from here on end a sequence. */
const FIRST_FINAL = 0x40;
/** Longer than any that a terminal sends for a key. */
const MAX_SEQUENCE_LENGTH = 32;

const PASTE_START = '[200~';
const PASTE_END = Buffer.from('\x1b[201~');

const CONTROL_KEYS: Record<number, Key> = {
  1: 'home', // Ctrl-A
  3: 'interrupt', // Ctrl-C
  5: 'end', // Ctrl-E
  8: 'backspace',
  10: 'newline', // Ctrl-J
  13: 'enter',
  21: 'clear', // Ctrl-U
  127: 'backspace',
};

const SEQUENCE_KEYS: Record<string, Key> = {
  '[C': 'right',
  '[D': 'left',
  '[H': 'home',
  '[F': 'end',
  OC: 'right',
  OD: 'left',
  OH: 'home',
  OF: 'end',
  '[1~': 'home',
  '[3~': 'delete',
  '[4~': 'end',
};
