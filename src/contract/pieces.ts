/** The longest piece of text in one message: far below the limit of a line, even with each unit escaped. */
export const MAX_PIECE = 64 * 1024;

/** `text`, which stands at `offset` of the answer, in pieces that fit a message. */
export function* pieces(text: string, offset: number): Generator<{ type: 'chunk'; offset: number; text: string }> {
  for (let at = 0; at < text.length; ) {
    // A surrogate pair stays together: half of one can't be encoded.
    const end = at + MAX_PIECE - (isHighSurrogate(text.charCodeAt(at + MAX_PIECE - 1)) ? 1 : 0);
    yield { type: 'chunk', offset: offset + at, text: text.slice(at, end) };
    at = end;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
