/** An MCP server's form as questions: what they can't express is not asked, and an invalid answer is not sent. */
import { describe, expect, test } from 'vitest';
import { formOf } from '../../../../src/contract/form.ts';
import { wordsOf } from '../../../../src/host/agents/claude/words.ts';

const words = wordsOf('en');
const form = (properties: object, required = Object.keys(properties)) =>
  formOf({ type: 'object', properties, required }, 'A reminder', words);
const string = { type: 'string' };

describe('each kind of field', () => {
  test.each<[string, object, string[], [string, unknown][]]>([
    [
      'a choice',
      { type: 'string', enum: ['o', 'd'], enumNames: ['Open', 'Due'] },
      ['Open', 'Due'],
      [
        ['Due', 'd'],
        ['d', null],
      ],
    ],
    [
      'a choice with titles',
      { type: 'string', oneOf: [{ const: 'o', title: 'Open' }] },
      ['Open'],
      [
        ['Open', 'o'],
        ['', null],
      ],
    ],
    [
      'several choices',
      { type: 'array', items: { type: 'string', enum: ['a', 'b', 'c'] }, maxItems: 2 },
      ['a', 'b', 'c'],
      [
        ['a, c', ['a', 'c']],
        ['a, x', null],
        ['a, b, c', null],
      ],
    ],
    [
      'yes or no',
      { type: 'boolean' },
      ['Yes', 'No'],
      [
        ['No', false],
        ['perhaps', null],
      ],
    ],
    [
      'words',
      { ...string, maxLength: 3 },
      [],
      [
        ['abc', 'abc'],
        ['abcd', null],
      ],
    ],
    [
      'a number',
      { type: 'number', maximum: 2 },
      [],
      [
        ['1.5', 1.5],
        ['3', null],
        ['many', null],
      ],
    ],
    [
      'a whole number',
      { type: 'integer' },
      [],
      [
        ['3', 3],
        ['1.5', null],
        [' ', null],
      ],
    ],
  ])('%s is asked, and answered in the type that the server expects', (_what, property, labels, answers) => {
    const found = form({ field: property });
    expect(found?.questions[0]?.options.map(({ label }) => label)).toEqual(labels);
    for (const [answer, value] of answers) {
      expect(found?.contentOf({ field: answer })).toEqual(value === null ? null : { field: value });
    }
  });
});

test('an optional field can be left out, a required one can’t', () => {
  const found = form({ a: string, b: { type: 'boolean' } }, ['b']);
  expect(found?.questions.map(({ options }) => options.map(({ label }) => label))).toEqual([
    ['Leave out'],
    ['Yes', 'No'],
  ]);
  expect(found?.contentOf({ a: 'Leave out', b: 'Yes' })).toEqual({ b: true });
  expect(found?.contentOf({ a: 'x', b: 'Leave out' })).toBeNull();
});

test('a form without fields is a yes/no question', () => {
  const found = form({});
  expect(found?.questions).toMatchObject([{ question: 'A reminder', options: [{ label: 'Yes' }, { label: 'No' }] }]);
  expect([found?.contentOf({ 'A reminder': 'Yes' }), found?.contentOf({ 'A reminder': 'No' })]).toEqual([{}, null]);
});

test.each([
  ['fields in fields', { a: { type: 'object', properties: {} } }],
  ['two questions in the same words', { a: { ...string, title: 'Which?' }, b: { ...string, title: 'Which?' } }],
  ['two options of one name', { a: { ...string, enum: ['x', 'y'], enumNames: ['One', 'One'] } }],
  ['several options that look like two', { a: { type: 'array', items: { enum: ['one, two', 'three'] } } }],
])('a form with %s can’t be asked', (_what, properties) => {
  expect(form(properties)).toBeNull();
});
