/** What an agent that speaks ACP asks a person: a form of ACP's elicitation, shown as a card with questions. */
import { expect, test } from 'vitest';
import { splitTrailer } from '../../../../src/contract/trailer.ts';
import type { Decision } from '../../../../src/contract/turn.ts';
import { type AcpHost, acpHost } from './acp-host.ts';

const CHOICE = {
  type: 'string',
  title: 'Cases',
  oneOf: [
    { const: 'open', title: 'Open', description: 'The open ones' },
    { const: 'late', title: 'Overdue' },
  ],
};
const OWN = { type: 'string', title: 'Other', description: 'Type your own answer (optional).' };
const form = (properties: object, more: object = {}) => ({
  mode: 'form',
  message: 'Which cases?',
  requestedSchema: { type: 'object', properties, ...more },
});

async function asks(host: AcpHost, request: object) {
  const asked = host.ask(`demo ask ${JSON.stringify(request)}`);
  await asked.hears('approval');
  const update = asked.told.find(({ type }) => type === 'approval');
  if (update?.type !== 'approval') throw new TypeError('no approval');
  return { asked, card: update.approval };
}

/** What the agent was given when a person decided so. */
async function given(request: object, decision: Decision) {
  const host = await acpHost();
  const { asked, card } = await asks(host, request);
  await host.decide('one', asked.turnId, card.id, decision);
  await asked.outcome;
  const [, said = ''] = /^You said (.*)\.$/.exec(splitTrailer(asked.text).body) ?? [];
  return { said: JSON.parse(said), told: asked.told };
}

test('a choice is a card with its options, and no field for an answer of one’s own beside it', async () => {
  const { card } = await asks(await acpHost(), form({ question_0: CHOICE, question_0_custom: OWN }));
  expect(card).toEqual({
    id: '1',
    title: 'Which cases?',
    kind: 'question',
    questions: [
      {
        question: 'Which cases?',
        header: 'Cases',
        several: false,
        options: [{ label: 'Open', description: 'The open ones' }, { label: 'Overdue' }, { label: 'Leave out' }],
      },
    ],
    options: [
      { id: 'answer', label: 'Answer' },
      { id: 'deny', label: 'No answer' },
    ],
  });
});

test.each([
  ['an option', 'Overdue', { question_0: 'late' }],
  ['an answer of one’s own', 'Those of May', { question_0_custom: 'Those of May' }],
  ['nothing', 'Leave out', {}],
])('%s comes to the agent in the field that it has for it', async (_what, answer, content) => {
  const request = form({ question_0: CHOICE, question_0_custom: OWN });
  const decision = { option: 'answer', answers: { 'Which cases?': answer } };
  expect((await given(request, decision)).said).toEqual({ action: 'accept', content });
});

test('several choices and an answer of one’s own beside them come to the agent together', async () => {
  const several = { type: 'array', title: 'Cases', items: { anyOf: CHOICE.oneOf } };
  const request = form({ question_0: several, question_0_custom: OWN });
  const decision = { option: 'answer', answers: { 'Which cases?': 'Open, Those of May' } };
  expect((await given(request, decision)).said).toEqual({
    action: 'accept',
    content: { question_0: ['open'], question_0_custom: 'Those of May' },
  });
});

test('a form with several fields, in which absent values are null, asks for each', async () => {
  const request = form(
    {
      day: { type: 'string', title: 'Day', description: 'Which day?', format: 'date', minLength: null },
      count: { type: 'integer', title: 'How many', minimum: 1, maximum: null },
    },
    { required: ['day', 'count'], description: null },
  );
  const { said, told } = await given(request, {
    option: 'answer',
    answers: { 'Which day?': '2027-01-02', 'How many': '3' },
  });
  expect(told).toContainEqual(
    expect.objectContaining({ approval: expect.objectContaining({ title: 'Which cases?', detail: 'Which cases?' }) }),
  );
  expect(said).toEqual({ action: 'accept', content: { day: '2027-01-02', count: 3 } });
});

test('an answer that the agent would not accept is declined, and the person is told', async () => {
  const request = form({ count: { type: 'integer', title: 'How many' } }, { required: ['count'] });
  const { said, told } = await given(request, { option: 'answer', answers: { 'Which cases?': 'many' } });
  expect(said).toEqual({ action: 'decline' });
  expect(told).toContainEqual({
    type: 'tool',
    tool: { id: '1', title: 'The agent can’t take that answer', status: 'failed' },
  });
});

test('no answer declines, and also a host that allows nothing shows the question', async () => {
  const host = await acpHost({ policy: { approvals: 'deny', neverAllow: [] } });
  const { asked, card } = await asks(host, form({ question_0: CHOICE }));
  await host.decide('one', asked.turnId, card.id, { option: 'deny' });
  await asked.outcome;
  expect(splitTrailer(asked.text).body).toBe('You said {"action":"decline"}.');
});

test.each([
  ['an address to visit', { mode: 'url', message: 'Sign in', elicitationId: 'x', url: 'https://elsewhere.example' }],
  ['a form with a field of an unknown type', form({ more: { type: 'object', title: 'More' } })],
  ['a form that is longer than anybody reads', form({ text: { ...CHOICE, description: 'x'.repeat(200_000) } })],
])('%s is declined without a card, and the person is told', async (_what, request) => {
  const host = await acpHost();
  const asked = host.ask(`demo ask ${JSON.stringify(request)}`);
  expect(await asked.outcome).toMatchObject({ state: 'done' });
  expect(splitTrailer(asked.text).body).toBe('You said {"action":"decline"}.');
  expect(asked.told.map(({ type }) => type)).not.toContain('approval');
  expect(asked.told).toContainEqual({
    type: 'tool',
    tool: { id: '1', title: 'The agent asks something that can’t be answered here', status: 'failed' },
  });
});

test('a turn that is stopped while it asks cancels the question', async () => {
  const host = await acpHost();
  const { asked } = await asks(host, form({ question_0: CHOICE }));
  await host.cancel('one', asked.turnId);
  expect(await asked.outcome).toMatchObject({ state: 'cancelled' });
  const next = host.ask('demo at once');
  expect(await next.outcome).toMatchObject({ state: 'done' });
});
