/** The agent's text, made safe to store and to send: well-formed, without control characters, bounded. */
import { CONTROLS } from '../contract/sanitise.ts';

/** 2 Mi UTF-16 units: twice the longest answer anyone has reason to read. */
export const MAX_ANSWER_LENGTH = 2 * 1024 * 1024;

export interface Answer {
  readonly text: string;
  /** Adds a piece and returns the part of it that can be emitted now. */
  push(delta: string): string;
}

export function startAnswer(): Answer {
  let text = '';
  let half = ''; // of a character or a line end; the next piece completes it
  let cut = false;
  return {
    get text() {
      return text;
    },
    push(delta) {
      if (cut) return '';
      const joined = half + delta;
      half = ENDS_IN_HALF.test(joined) ? joined.slice(-1) : '';
      let piece = clean(half === '' ? joined : joined.slice(0, -1));
      if (text.length + piece.length > MAX_ANSWER_LENGTH) {
        cut = true;
        piece = `${piece.slice(0, MAX_ANSWER_LENGTH - text.length).toWellFormed()}${CUT_MARK}`;
      }
      text += piece;
      return piece;
    },
  };
}

/** The length of the common prefix of two texts, in UTF-16 units. No character is split. */
export function commonLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return ENDS_IN_HALF.test(one.slice(0, at)) ? at - 1 : at;
}

/** Replaces control characters, which a terminal or a log would obey, by replacement marks. */
function clean(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(CONTROLS, '\ufffd').toWellFormed();
}

const CUT_MARK = '\n\n[…]';
const ENDS_IN_HALF = /[\ud800-\udbff\r]$/;
