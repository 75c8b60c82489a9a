import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { escapeForTerminal, escapeJson } from '../../src/contract/escape.ts';
import { openLog } from '../../src/process/log.ts';
import { printTo } from '../../src/process/terminal.ts';

/** What acts in a terminal, or is there and not seen; what of it is printed. */
const ACTING: [name: string, text: string, shown: string][] = [
  ['ESC', '\u001b[2J', '\\x1b[2J'],
  ['BEL', '\u0007', '\\x07'],
  ['a line’s end', 'a\nb\r\nc', 'a\\x0ab\\x0d\\x0ac'],
  ['a tab', 'a\tb', 'a\\x09b'],
  ['NUL', '\u0000', '\\x00'],
  ['DEL', '\u007f', '\\x7f'],
  ['CSI in one character', '\u009b31m', '\\x9b31m'],
  ['OSC in one character', '\u009d0;x\u009c', '\\x9d0;x\\x9c'],
  ['bidirectional overrides', '\u202egnp.exe\u202c', '\\u202egnp.exe\\u202c'],
  ['bidirectional isolates', '\u2066x\u2069', '\\u2066x\\u2069'],
  ['bidirectional marks', '\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
  ['zero widths', 'pay\u200bpal\u200c\u200d\u2060\ufeff', 'pay\\u200bpal\\u200c\\u200d\\u2060\\ufeff'],
  ['a soft hyphen', 'a\u00adb', 'a\\xadb'],
  ['separators of lines and paragraphs', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
  ['tags', 'a\u{e0041}b', 'a\\u{e0041}b'],
  ['letters that are not drawn', '\u3164\u115f\u2800', '\\u3164\\u115f\\u2800'],
  ['a private font’s', '\ue000', '\\ue000'],
];

test.each(ACTING)('%s is made visible', (_, text, shown) => {
  expect(escapeForTerminal(text)).toBe(shown);
  expect(escapeForTerminal(shown)).toBe(shown);
});

test('ordinary text is printed unchanged', () => {
  for (const text of ['Müller v. Bosch', '日本語', 'שלום', 'مرحبا', 'नमस्ते', '👍🏽 ❤️', '“x” – y … €', '\\x1b']) {
    expect(escapeForTerminal(text)).toBe(text);
  }
  expect(escapeForTerminal('a\ud800')).toBe('a\ufffd');
});

test('each printed text is one line without active control characters', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (lines) => {
      const written: string[] = [];
      printTo({ write: (text: string | Uint8Array) => written.push(String(text)) > 0 }, lines);
      const printed = written.join('');
      expect(printed.split('\n')).toHaveLength(lines.length + 1);
      expect(printed.replaceAll('\n', '')).not.toMatch(UNSEEN);
    }),
    { numRuns: 2000 },
  );
});

describe('JSON', () => {
  test('is equivalent, and has no active control characters', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.boolean(), (value, pretty) => {
        const json = JSON.stringify(value, null, pretty ? 2 : 0);
        const escaped = escapeJson(json);
        expect(JSON.parse(escaped)).toEqual(JSON.parse(json));
        expect(escaped.replaceAll('\n', '')).not.toMatch(UNSEEN);
      }),
      { numRuns: 2000 },
    );
  });

  test('keeps characters beyond the first plane', () => {
    expect(escapeJson('{"a":"\u{e0041}\u009b"}')).toBe('{"a":"\\udb40\\udc41\\u009b"}');
    expect(escapeJson('["👍"]')).toBe('["👍"]');
  });
});

test('a line of the log has no active control characters, and is valid JSON', () => {
  const directory = mkdtempSync(join(tmpdir(), 'paliadin-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'gateway.log');
  const reason = ACTING.map(([, text]) => text).join('x');
  openLog(file, 'info').error({ reason }, `what a host said ${reason}`);
  const log = readFileSync(file, 'utf8');
  expect(log.replace(/\n$/, '')).not.toMatch(UNSEEN);
  expect(JSON.parse(log)).toMatchObject({ reason, msg: `what a host said ${reason}` });
});

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
