/** A user's text, made safe to paste: nothing in it can end the paste or control the terminal. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PaliadinError } from '../../src/contract/errors.ts';
import { cleanText, MAX_MESSAGE_BYTES, sanitise } from '../../src/contract/sanitise.ts';
import { utf8Length } from '../../src/contract/utf8.ts';
import { hostileText } from './hostile-text.ts';

const text = fc.oneof(
  hostileText,
  fc.string({ unit: 'binary' }).map((any) => any.toWellFormed()),
);
const visible = text.map((any) => `${any}x`);

function codeOf(message: string): string | null {
  try {
    sanitise(message);
    return null;
  } catch (error) {
    return error instanceof PaliadinError ? error.code : String(error);
  }
}

describe('a sanitised message', () => {
  test('has no control characters except newline and tab, as text and as bytes', () => {
    fc.assert(
      fc.property(visible, (message) => {
        const clean = sanitise(message);
        expect([...clean].filter((character) => /\p{Cc}/u.test(character) && !'\n\t'.includes(character))).toEqual([]);
        const bytes = Buffer.from(clean);
        expect(bytes.filter((byte) => (byte < 0x20 && byte !== 0x0a && byte !== 0x09) || byte === 0x7f)).toHaveLength(
          0,
        );
      }),
    );
  });

  test('loses nothing else', () => {
    fc.assert(
      fc.property(visible, (message) => {
        const essence = (any: string) => any.replace(/[\p{Cc}\u2028\u2029]/gu, '');
        expect(essence(sanitise(message))).toBe(essence(message));
      }),
    );
  });

  test('does not change when sanitised again', () => {
    fc.assert(
      fc.property(visible, (message) => {
        expect(sanitise(sanitise(message))).toBe(sanitise(message));
      }),
    );
  });

  test('equals the cleaned form of a page’s context, which is never refused', () => {
    fc.assert(
      fc.property(visible, (message) => {
        expect(cleanText(message)).toBe(sanitise(message));
      }),
    );
    expect(cleanText('\ud800\u001b \r')).toBe('\ufffd \n');
  });

  test.each([
    ['a\r\nb', 'a\nb'],
    ['a\rb', 'a\nb'],
    ['a\u2028b\u2029c', 'a\nb\nc'],
    ['a\u001b[201~b\u009b201~c', 'a[201~b201~c'],
    ['a\u0000\u0007\u007f\u0085\tb', 'a\tb'],
    ['  kept  ', '  kept  '],
  ])('%j becomes %j', (message, clean) => {
    expect(sanitise(message)).toBe(clean);
  });
});

describe('a message is refused', () => {
  test.each(['', ' ', '\n\t ', '\u0000', '\u001b', '\u00a0\u3000'])('when it is empty: %j', (message) => {
    expect(codeOf(message)).toBe('message_invalid');
  });

  test.each(['a\ud800', '\udc00b', '\ud83d \ude42'])('when it has a lone surrogate: %j', (message) => {
    expect(codeOf(message)).toBe('message_invalid');
  });

  test('above 102400 bytes, whatever its characters', () => {
    expect(MAX_MESSAGE_BYTES).toBe(102_400);
    for (const character of ['a', 'é', '漢', '🙂']) {
      const size = Buffer.byteLength(character);
      const fitting = character.repeat(Math.floor(MAX_MESSAGE_BYTES / size));
      const full = fitting + 'a'.repeat(MAX_MESSAGE_BYTES - Buffer.byteLength(fitting));
      expect(codeOf(full)).toBeNull();
      expect(codeOf(`${full}a`)).toBe('message_too_large');
    }
  });

  test('by its size after control characters are removed', () => {
    expect(codeOf('\u0000'.repeat(200_000) + 'a'.repeat(MAX_MESSAGE_BYTES))).toBeNull();
  });
});

test('the length in UTF-8 bytes is counted correctly', () => {
  fc.assert(
    fc.property(text, (any) => {
      expect(utf8Length(any)).toBe(Buffer.byteLength(any));
    }),
  );
});
