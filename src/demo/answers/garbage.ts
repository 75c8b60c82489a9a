/** Bytes that no program should send, and a few do. The same every time, so that a test is reproducible. */

/** For an answer: NUL, invalid UTF-8 and escape sequences among words. */
export function textGarbage(size: number): Uint8Array {
  return Buffer.alloc(size, TEXT_TILE);
}

/** For a terminal: sequences that change what it shows and how it behaves afterwards. */
export function terminalGarbage(): Uint8Array {
  return Buffer.concat(Array.from({ length: 40 }, () => TERMINAL_TILE));
}

const TEXT_TILE = Buffer.concat([
  Buffer.from('words \0 and a NUL, \x1b[31mred\x1b[2J cleared, \x1b]0;a title\x07, \u202e reversed, '),
  Buffer.from([0xc3, 0x28, 0x20]), // a character cut off
  Buffer.from([0xed, 0xa0, 0x80, 0x20]), // half a surrogate pair
  Buffer.from([0xff, 0xfe, 0xf8, 0x88, 0x20]), // never in UTF-8
  Buffer.from([0xc0, 0xaf, 0x20]), // an overlong encoding of a slash
  Buffer.from('\x85\x9b\x7f\b\b\r\n```\n', 'latin1'),
]);

const TERMINAL_TILE = Buffer.from(
  [
    '\x1b[5;5Hgarbage', // text somewhere else
    '\x1b[31;1;7m\x1b[10;20r', // colours and margins
    '\x1b(0lqqqk', // another character set
    '\x1b]0;not the title\x07',
    '\x1b[?7l\x1b[4h\xff\xfe\x9b\x80', // no wrap, insert mode, invalid bytes
    '\x1b[3L\x1b[2M\x1bM\n\v\f',
    '\x1bPnever ended',
  ].join(''),
  'latin1',
);
