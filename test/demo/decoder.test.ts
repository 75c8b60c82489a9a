import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputDecoder, type InputEvent } from '../../src/demo/terminal/decoder.ts';

describe('the input decoder', () => {
  test.each<[string, string, InputEvent[]]>([
    ['text', 'grüße 漢字 👍', [{ kind: 'text', text: 'grüße 漢字 👍' }]],
    ['Enter and Ctrl-J', '\r\n', [key('enter'), key('newline')]],
    ['cursor keys, plain and in application mode', '\x1b[D\x1bOC\x1b[H\x1b[4~', keys('left', 'right', 'home', 'end')],
    ['a paste', '\x1b[200~a\tb\nc\x1b[201~', [{ kind: 'paste', text: 'a\tb\nc' }]],
    ['a paste with every kind of line end', '\x1b[200~a\r\nb\rc\x1b[201~', [{ kind: 'paste', text: 'a\nb\nc' }]],
    ['keys within a paste as text', '\x1b[200~\x1b[A\x03\x15\x1b[201~\r', [paste('\x1b[A\x03\x15'), key('enter')]],
    ['Escape, then a paste', '\x1b\x1b[200~x\x1b[201~', [key('escape'), paste('x')]],
    ['Escape, then text', '\x1bdemo', [key('escape'), { kind: 'text', text: 'demo' }]],
    ['nothing for keys without a meaning', '\x1b[15~\x1b[1;5A\x00\x1b[201~', []],
  ])('reads %s', (_, typed, events) => {
    expect(decode([Buffer.from(typed)])).toEqual(events);
  });

  test('waits to see whether an escape character is the Escape key', () => {
    const decoder = new InputDecoder();
    expect(decoder.push(Buffer.from('\x1b'))).toEqual([]);
    expect(decoder.undecided).toBe(true);
    expect(decoder.settle()).toEqual([key('escape')]);
    expect(decoder.undecided).toBe(false);
  });

  test('gives the same events however the bytes are split', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(typed(), { maxLength: 12 }), cuts, (pieces, at) => {
        const bytes = Buffer.concat(pieces);
        expect(decode(cutAt(bytes, at))).toEqual(decode([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  test('reads typed text and pastes with any characters', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((one) => !one.includes('\x1b[201~'));
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 30 }), (pasted, at) => {
        const bytes = Buffer.from(`\x1b[200~${pasted}\x1b[201~`);
        expect(decode(cutAt(bytes, at))).toEqual([paste(pasted.replace(/\r\n?/g, '\n'))]);
      }),
    );
  });

  test('reads a paste of 1 MB, in the pieces that a terminal sends, exactly', () => {
    const pasted = 'Zeile mit Umlauten äöü, 漢字 and a half end \x1b[201\n'.repeat(20_000).slice(0, 1024 * 1024);
    const bytes = Buffer.from(`\x1b[200~${pasted}\x1b[201~`);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 100) }, (_, i) =>
      bytes.subarray(i * 100, i * 100 + 100),
    );
    const events = decode(pieces);
    expect(events).toHaveLength(1);
    expect(events[0]?.kind === 'paste' && events[0].text === pasted).toBe(true);
  });
});

/** Something a terminal may send, or should not. */
function typed(): fc.Arbitrary<Buffer> {
  return fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        '\r',
        '\n',
        '\x15',
        '\x7f',
        '\x1b[A',
        '\x1b[D',
        '\x1bOH',
        '\x1b[200~',
        '\x1b[201~',
        '\x1b',
        '\x1b[1;5C',
      )
      .map((sequence) => Buffer.from(sequence)),
    fc.string().map((text) => Buffer.from(`\x1b[200~${text}\x1b[201~`)),
  );
}

function cutAt(bytes: Buffer, cuts: number[]): Buffer[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** All events of the pieces; a run of text counts as one however many events it came in. */
function decode(pieces: Buffer[]): InputEvent[] {
  const decoder = new InputDecoder();
  const events = [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.settle()];
  const merged: InputEvent[] = [];
  for (const event of events) {
    const last = merged.at(-1);
    if (event.kind === 'text' && last?.kind === 'text')
      merged[merged.length - 1] = { kind: 'text', text: last.text + event.text };
    else merged.push(event);
  }
  return merged;
}

function key(name: Extract<InputEvent, { kind: 'key' }>['key']): InputEvent {
  return { kind: 'key', key: name };
}

function keys(...names: Parameters<typeof key>[0][]): InputEvent[] {
  return names.map(key);
}

function paste(text: string): InputEvent {
  return { kind: 'paste', text };
}
