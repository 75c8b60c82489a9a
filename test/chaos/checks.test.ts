/** Each check of a chaos run finds what it is there for: here, in records that are broken on purpose. */
import { expect, test } from 'vitest';
import type { TurnView } from '../../src/contract/api.ts';
import type { SseEvent } from '../support/api-client.ts';
import { problemsOf } from './checks.ts';
import type { Asked, Evidence, OnRecord } from './evidence.ts';

test('a whole record has no problems', () => {
  expect(problemsOf(evidence())).toEqual([]);
});

test('a prompt that an agent received twice is found', () => {
  const { received } = evidence();
  expectProblem({ received: [...received, ...received] }, /nonce-1 of anna was typed 2 times: turns turn-1 of anna/);
});

test('an answer without a prompt is found', () => {
  expectProblem({ received: [] }, /turn turn-1 is answered, and no agent has it/);
});

test('a question that was accepted and is not on record is found', () => {
  expectProblem({ onRecord: [], received: [] }, /turn turn-1 was accepted and is lost/);
});

test('a question that is on record twice is found', () => {
  const { onRecord } = evidence();
  const twin = { ...onRecord[0], turn: { ...onRecord[0]?.turn, turnId: 'turn-2' } } as OnRecord;
  expectProblem({ onRecord: [...onRecord, twin] }, /nonce-1 of anna is turns turn-1 and turn-2/);
});

test('a question that was refused without a reason, or is on record nevertheless, is found', () => {
  expectProblem(saw({ refused: 'internal' }), /nonce-1 of anna was refused: internal/);
  expectProblem(saw({ refused: 'queue_full', turnId: null }), /nonce-1 of anna was refused, and is turn turn-1/);
});

test('a turn that has not ended is found', () => {
  expectProblem(recorded({ status: 'running' }), /turn turn-1 of anna is still running/);
});

test('an end that has changed since it was polled is found', () => {
  expectProblem(saw({ polledEnd: 'failed' }), /turn turn-1 had ended as failed and is now completed/);
});

test('an answer without what was asked is found', () => {
  expectProblem(
    recorded({ response: 'something' }),
    /turn turn-1 of anna is completed without its answer: "something"/,
  );
});

test('an answer to another question is found', () => {
  const { asked } = evidence();
  const other = { ...asked[0], turnId: null, question: { ...asked[0]?.question, nonce: 'nonce-2' } } as Asked;
  expectProblem(
    { asked: [...asked, other], ...recorded({ response: 'nonce-1 nonce-2' }) },
    /has the answer to nonce-2/,
  );
});

test('a turn in another person’s history is found', () => {
  const { onRecord } = evidence();
  expectProblem({ onRecord: onRecord.map((each) => ({ ...each, person: 'ben' })) }, /is with ben; anna asked it/);
});

test('a prompt at another person’s agent is found', () => {
  const { received } = evidence();
  const astray = received.map((each) => ({ ...each, person: 'ben' }));
  expectProblem({ received: astray }, /the agent of ben was sent turn turn-1, which is another question/);
});

test('an event that the stream left out is found', () => {
  expectProblem(
    saw({ streamed: EVENTS.filter(({ id }) => id !== 5) }),
    /the stream of turn turn-1: missed 5 \(chunk\)/,
  );
});

test('an event that came twice is found', () => {
  expectProblem(saw({ streamed: EVENTS.flatMap((each) => [each, each]) }), /event 4 came after 4/);
});

test('a streamed event that differs from the record is found', () => {
  const streamed = EVENTS.map((each) => (each.id === 5 ? chunk(5, 'nonce-2') : each));
  expectProblem(saw({ streamed }), /not as on record: 5 \(chunk\)/);
});

test('chunks that do not make the answer are found', () => {
  const { onRecord } = evidence();
  const events = EVENTS.filter(({ id }) => id !== 5);
  expectProblem(
    { onRecord: onRecord.map((each) => ({ ...each, events })) },
    /the chunks of turn turn-1 make "", its answer is/,
  );
});

test('a broken audit chain is found', () => {
  expectProblem({ audit: 'row 3 was changed' }, /the audit chain is whole: row 3 was changed/);
});

function expectProblem(broken: Partial<Evidence>, problem: RegExp): void {
  expect(problemsOf({ ...evidence(), ...broken }).join('\n')).toMatch(problem);
}

function evidence(): Evidence {
  const turn = {
    turnId: 'turn-1',
    idempotencyKey: 'nonce-1',
    status: 'completed',
    response: 'nonce-1',
    late: false,
  } as TurnView;
  const question = {
    person: 'anna',
    nonce: 'nonce-1',
    kind: 'echo',
    follows: 'stream',
    decides: null,
    holdMs: 0,
  } as const;
  return {
    asked: [{ question, turnId: 'turn-1', refused: null, polledEnd: 'completed', streamed: [...EVENTS] }],
    received: [{ person: 'anna', turnId: 'turn-1', message: 'demo echo nonce-1' }],
    onRecord: [{ person: 'anna', turn, events: EVENTS, journal: 'done' }],
    audit: null,
  };
}

function recorded(change: Partial<TurnView>): Pick<Evidence, 'onRecord'> {
  return { onRecord: evidence().onRecord.map((each) => ({ ...each, turn: { ...each.turn, ...change } })) };
}

function saw(change: Partial<Asked>): Pick<Evidence, 'asked'> {
  return { asked: evidence().asked.map((each) => ({ ...each, ...change })) };
}

function chunk(id: number, text: string): SseEvent {
  return { id, event: { turnId: 'turn-1', at: 0, type: 'chunk', offset: 0, text } };
}

const EVENTS: readonly SseEvent[] = [
  { id: 4, event: { turnId: 'turn-1', at: 0, type: 'running' } },
  chunk(5, 'nonce-1'),
  { id: 6, event: { turnId: 'turn-1', at: 0, type: 'finished', turn: {} as TurnView } },
];
