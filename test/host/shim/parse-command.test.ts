/** The one command line that a gateway may send: its key allows these verbs only, whatever is written in them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ShimVerb, shimArguments } from '../../../src/contract/shim.ts';
import { parseCommand, UsageError } from '../../../src/host/shim/parse-command.ts';

const TURN = '0b0e7e0c-8d1c-4c1e-9a55-3f1d2f4b6a70';
const VERBS: ShimVerb[] = ['connect', 'health', 'run-turn', 'reset', 'version', 'doctor'];

test.each([
  ['connect 1', 'connect', ['1']],
  ['health paliad-paliadin-1a2b3c4d', 'health', ['paliad-paliadin-1a2b3c4d']],
  [`run-turn s ${TURN} aGVsbG8=`, 'run-turn', ['s', TURN, 'aGVsbG8=']],
  ['reset 0_-', 'reset', ['0_-']],
  ['version', 'version', []],
  ['doctor', 'doctor', []],
])('%s', (line, verb, args) => {
  expect(parseCommand(line)).toEqual({ verb, args });
});

test.each([
  ['', /^no verb was given/],
  ['version ', /takes 0 arguments, .* not 1/],
  [' version', /not a verb/],
  ['version\n', /not a verb/],
  ['version\nhealth s', /not a verb/],
  ['connect', /takes 1 arguments, .* not 0/],
  ['connect  1', /takes 1 arguments, .* not 2/],
  ['connect 1\n', /argument 1 of connect/],
  ['connect 01', /argument 1 of connect/],
  ['connect 10000', /argument 1 of connect/],
  ['connect -1', /argument 1 of connect/],
  ['health -x', /argument 1 of health/],
  ['health S', /argument 1 of health/],
  ['health s\tt', /argument 1 of health/],
  ['health ../s', /argument 1 of health/],
  [`health ${'s'.repeat(65)}`, /argument 1 of health/],
  [`run-turn s ${TURN}`, /takes 3 arguments, .* not 2/],
  [`run-turn s ${TURN} `, /argument 3 of run-turn/],
  [`run-turn s ${TURN.toUpperCase()} aGVsbG8=`, /argument 2 of run-turn/],
  [`run-turn s ${TURN} aGVsbG8`, /argument 3 of run-turn/],
  [`run-turn s ${TURN} aGVs=bG8`, /argument 3 of run-turn/],
  [`run-turn s ${TURN} ${'AAAA'.repeat(66_668)}`, /argument 3 of run-turn/],
  ['constructor', /not a verb/],
  ['__proto__', /not a verb/],
  ['toString', /not a verb/],
])('%j is none', (line, reason) => {
  expect(() => parseCommand(line)).toThrow(UsageError);
  expect(() => parseCommand(line)).toThrow(reason);
});

test('a message of 200 kB is parsed in linear time', () => {
  expect(parseCommand(`run-turn s ${TURN} ${'AAAA'.repeat(66_666)}`).args[2]).toHaveLength(266_664);
  for (const tail of ['!', '=', '====', 'A=A']) {
    expect(() => parseCommand(`run-turn s ${TURN} ${'AAAA'.repeat(66_666)}${tail}`)).toThrow(UsageError);
  }
});

describe('fuzzed', () => {
  const word = fc.oneof(
    fc.constantFrom(
      ...VERBS,
      's',
      'paliad-paliadin-1a2b3c4d',
      TURN,
      'aGVsbG8=',
      '1',
      '-x',
      '--',
      ';',
      '&&',
      '$(id)',
      '#(id)',
      '..',
    ),
    fc.string({ unit: 'binary' }),
  );
  const between = fc.constantFrom(' ', ' ', ' ', '  ', '\n', '\t', '\0', ';', '\u00a0', '');
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.tuple(word, between), { maxLength: 6 }).map((parts) => parts.flat().join('')),
    // A command that is one, with something put into it somewhere.
    fc
      .tuple(
        fc.constantFrom('version', 'health s', `run-turn s ${TURN} aGVsbG8=`),
        fc.nat(),
        fc.string({ unit: 'binary', minLength: 1 }),
      )
      .map(([good, at, odd]) => good.slice(0, at % (good.length + 1)) + odd + good.slice(at % (good.length + 1))),
  );

  test('only the six verbs with matching arguments are accepted, and returned as they were written', () => {
    expect(Object.keys(shimArguments).toSorted()).toEqual(VERBS.toSorted());
    let read = 0;
    fc.assert(
      fc.property(line, (said) => {
        let command: ReturnType<typeof parseCommand>;
        try {
          command = parseCommand(said);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          // The reason repeats nothing of what was said, and is one line.
          expect((error as UsageError).message).toMatch(/^[\x20-\x7e]+$/);
          return;
        }
        read += 1;
        expect(VERBS).toContain(command.verb);
        expect([command.verb, ...command.args].join(' ')).toBe(said);
        for (const argument of command.args) expect(argument).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_+/=-]*$/);
      }),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(0);
  });
});
