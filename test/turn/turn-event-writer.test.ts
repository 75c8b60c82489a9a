/** The turn event writer: few writes for many chunks, all events in order, and never a trailer. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HostUpdate } from '../../src/contract/host.ts';
import type { TurnChange } from '../../src/contract/records/turn.ts';
import { splitTrailer } from '../../src/contract/trailer.ts';
import type { TurnEvent } from '../../src/contract/turn.ts';
import { createTurnEventWriter } from '../../src/turn/turn-event-writer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function observed(known = '', deliveredAt: number | null = null) {
  const writes: { events: TurnEvent[]; change: TurnChange }[] = [];
  let at = 100;
  const eventWriter = createTurnEventWriter({
    known,
    deliveredAt,
    notices: [],
    clock: () => at++,
    write: (events, change) => writes.push({ events, change }),
  });
  let offset = known.length;
  return {
    eventWriter,
    writes,
    say(text: string) {
      eventWriter.take({ type: 'chunk', offset, text });
      offset += text.length;
    },
    events: () => writes.flatMap(({ events }) => events),
  };
}

/** The answer as a reader puts it together. */
function read(events: TurnEvent[], known = ''): string {
  return events.reduce(
    (text, event) => (event.type === 'chunk' ? text.slice(0, event.offset) + event.text : text),
    known,
  );
}

describe('text', () => {
  test('is written at once after a pause, then at most every 40 ms', () => {
    const { say, writes, events } = observed();
    say('a');
    expect(events()).toEqual([{ type: 'chunk', offset: 0, text: 'a' }]);
    for (const letter of 'bcdef') {
      vi.advanceTimersByTime(5);
      say(letter);
    }
    expect(writes).toHaveLength(1);
    vi.advanceTimersByTime(15);
    expect(events().at(-1)).toEqual({ type: 'chunk', offset: 1, text: 'bcdef' });
    vi.advanceTimersByTime(1000);
    expect(writes).toHaveLength(2);
    say('g');
    expect(writes).toHaveLength(3);
  });

  test('sets firstChunkAt once', () => {
    const { say, writes } = observed();
    say('a');
    vi.advanceTimersByTime(100);
    say('b');
    expect(writes.map(({ change }) => change)).toEqual([{ firstChunkAt: 100 }, {}]);
  });

  test('that is only blank, or may be the start of a trailer, is held back', () => {
    const { say, writes } = observed();
    for (const text of ['\n', '  ', '<!-- pala']) {
      say(text);
      vi.advanceTimersByTime(100);
    }
    expect(writes.flatMap(({ events }) => events).length).toBeLessThanOrEqual(1);
    expect(read(writes.flatMap(({ events }) => events))).not.toContain('pali');
  });

  test('that the host repeats is not written again; where it differs, the newer text counts', () => {
    const { eventWriter, say, events } = observed();
    say('one two three');
    vi.advanceTimersByTime(100);
    eventWriter.take({ type: 'chunk', offset: 0, text: 'one two three' });
    vi.advanceTimersByTime(100);
    expect(read(events())).toBe('one two three');
    eventWriter.take({ type: 'chunk', offset: 8, text: 'three and four' });
    vi.advanceTimersByTime(100);
    expect(read(events())).toBe('one two three and four');
    expect(eventWriter.answer).toBe('one two three and four');
  });

  test('of the gateway before a restart is continued', () => {
    const { eventWriter, say, events } = observed('This is half');
    say(' of it.');
    eventWriter.finish();
    expect(events()).toEqual([{ type: 'chunk', offset: 12, text: ' of it.' }]);
    expect(eventWriter.answer).toBe('This is half of it.');
  });

  test('is complete at the end, without the trailer, wherever and whenever it was cut', () => {
    const trailer = '\n\n<!-- paliadin {"used_tools":["cases.search"],"rows_seen":12,"classifier_tag":"lookup"} -->';
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.constantFrom('', trailer, trailer.slice(0, 30)),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.nat(60))),
        (text, end, cuts) => {
          const whole = text + end;
          const { eventWriter, say, events } = observed();
          let at = 0;
          for (const [length, ms] of cuts) {
            say(whole.slice(at, at + length));
            at = Math.min(whole.length, at + length);
            vi.advanceTimersByTime(ms);
            expect(splitTrailer(whole).body.startsWith(read(events()))).toBe(true);
          }
          say(whole.slice(at));
          const { body } = splitTrailer(whole);
          const shown = read([...events(), ...eventWriter.finish()]);
          expect(body.startsWith(shown)).toBe(true);
          if (end === trailer) expect(shown).toBe(body);
          expect(eventWriter.answer).toBe(whole);
        },
      ),
    );
  });

  test('is not written after the end', () => {
    const { eventWriter, say, writes } = observed();
    say('a');
    say('b');
    expect(eventWriter.finish()).toEqual([{ type: 'chunk', offset: 1, text: 'b' }]);
    expect(eventWriter.finish()).toEqual([]);
    vi.advanceTimersByTime(1000);
    say('c');
    vi.advanceTimersByTime(1000);
    expect(writes).toHaveLength(1);
  });
});

describe('what the agent does', () => {
  const tool: HostUpdate = { type: 'tool', tool: { id: '1', title: 'Searching', status: 'running' } };
  const approval: HostUpdate = { type: 'approval', approval: { id: 'a', title: 'May I?', options: [] } };

  test('comes after the text before it, and before the text after it', () => {
    const { eventWriter, say, events } = observed();
    say('Let me ');
    say('look.');
    eventWriter.take(tool);
    say(' Found.');
    eventWriter.take({ type: 'tool', tool: { id: '1', title: 'Searching', status: 'done' } });
    expect(events().map((event) => (event.type === 'chunk' ? event.text : event.type))).toEqual([
      'Let me',
      ' look.',
      'tool',
      ' Found.',
      'tool',
    ]);
  });

  test('keeps the first deliveredAt when another gateway takes the turn up', () => {
    const { eventWriter, writes } = observed('This is half', 7);
    eventWriter.take({ type: 'running' });
    expect(writes[0]?.change).toEqual({ status: 'running', deliveredAt: 7 });
  });

  test('is written at once, with the turn’s status', () => {
    const { eventWriter, writes } = observed();
    eventWriter.take({ type: 'running' });
    eventWriter.take({ type: 'running' });
    eventWriter.take(approval);
    eventWriter.take({ ...approval, approval: { ...approval.approval, id: 'b' } });
    eventWriter.take({ type: 'approval-closed', id: 'a' });
    eventWriter.take({ type: 'approval-closed', id: 'b' });
    expect(writes.map(({ events, change }) => [events.map(({ type }) => type).join(), change])).toEqual([
      ['running', { status: 'running', deliveredAt: 100 }],
      ['approval', { status: 'waiting' }],
      ['approval', { status: 'waiting' }],
      ['approval-closed', {}],
      ['approval-closed', { status: 'running' }],
    ]);
  });
});
