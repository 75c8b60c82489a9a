/** What must be true after a run, whatever broke meanwhile. Each check returns one problem a line, and names the turns. */
import { isFinal } from '../../src/contract/turn.ts';
import type { SseEvent } from '../support/api-client.ts';
import type { Asked, Evidence, OnRecord } from './evidence.ts';

type Check = (evidence: Evidence) => string[];

const CHECKS: Record<string, Check> = {
  'each question is on record once': onRecordOnce,
  'each question was typed at most once, and each answered one was typed': typedOnce,
  'each turn has ended': ended,
  'each answer is under its question and its person': answeredRightly,
  'each stream is equal to the record': streamedAsRecorded,
  'the audit chain is whole': ({ audit }) => (audit === null ? [] : [audit]),
};

/** Empty where all is well. */
export function problemsOf(evidence: Evidence): string[] {
  return Object.entries(CHECKS).flatMap(([what, check]) =>
    check(evidence).map((problem) => `NOT TRUE: ${what}: ${problem}`),
  );
}

function onRecordOnce({ asked, onRecord }: Evidence): string[] {
  return asked.flatMap(({ question: { nonce, person }, turnId, refused }) => {
    const turns = onRecord.filter(({ turn }) => turn.idempotencyKey === nonce);
    const ids = turns.map(({ turn }) => turn.turnId);
    if (refused !== null && refused !== 'queue_full') return [`${nonce} of ${person} was refused: ${refused}`];
    if (refused !== null && ids.length > 0) return [`${nonce} of ${person} was refused, and is turn ${ids[0]}`];
    if (ids.length > 1) return [`${nonce} of ${person} is turns ${ids.join(' and ')}`];
    if (turnId !== null && ids[0] !== turnId) return [`${nonce} of ${person}: turn ${turnId} was accepted and is lost`];
    return [];
  });
}

function typedOnce({ asked, received, onRecord }: Evidence): string[] {
  return asked.flatMap(({ question: { nonce, person } }) => {
    const typed = received.filter(({ message }) => message.includes(nonce));
    const turns = typed.map(({ turnId, person: by }) => `${turnId} of ${by}`);
    const answered = onRecord.find(({ turn }) => turn.idempotencyKey === nonce && turn.status === 'completed');
    if (typed.length > 1) return [`${nonce} of ${person} was typed ${typed.length} times: turns ${turns.join(', ')}`];
    if (answered !== undefined && typed.length === 0)
      return [`turn ${answered.turn.turnId} is answered, and no agent has it`];
    return [];
  });
}

function ended({ asked, onRecord }: Evidence): string[] {
  const open = onRecord.filter(({ turn }) => !isFinal(turn.status));
  const changed = asked.flatMap(({ turnId, polledEnd }) => {
    const found = onRecord.find(({ turn }) => turn.turnId === turnId);
    if (polledEnd === null || found === undefined || found.turn.late || found.turn.status === polledEnd) return [];
    return [`turn ${turnId} had ended as ${polledEnd} and is now ${found.turn.status}`];
  });
  return [...open.map(({ person, turn }) => `turn ${turn.turnId} of ${person} is still ${turn.status}`), ...changed];
}

function answeredRightly({ asked, received, onRecord }: Evidence): string[] {
  const nonces = asked.map(({ question }) => question.nonce);
  const misplaced = onRecord.flatMap(({ person, turn }) => {
    const question = asked.find((each) => each.question.nonce === turn.idempotencyKey)?.question;
    const others = nonces.filter((nonce) => nonce !== turn.idempotencyKey && turn.response.includes(nonce));
    return [
      ...others.map((nonce) => `turn ${turn.turnId} of ${person} has the answer to ${nonce}`),
      ...(question !== undefined && question.person !== person
        ? [`turn ${turn.turnId} is with ${person}; ${question.person} asked it`]
        : []),
      ...(question !== undefined &&
      turn.status === 'completed' &&
      !ANSWERS[question.kind](turn.response, question.nonce)
        ? [`turn ${turn.turnId} of ${person} is completed without its answer: ${JSON.stringify(turn.response)}`]
        : []),
    ];
  });
  const mistyped = received.flatMap(({ person, turnId, message }) => {
    const found = onRecord.find(({ turn }) => turn.turnId === turnId);
    if (found !== undefined && found.person === person && message.includes(found.turn.idempotencyKey ?? message))
      return [];
    return [
      `the agent of ${person} was sent turn ${turnId}, which is ${found === undefined ? 'nobody’s' : 'another question'}`,
    ];
  });
  return [...misplaced, ...mistyped];
}

const ANSWERS: Record<Asked['question']['kind'], (response: string, nonce: string) => boolean> = {
  echo: (response, nonce) => response.includes(nonce),
  approve: (response, nonce) => response.includes(nonce) && /^You (allowed|denied) it/.test(response),
  hold: (response) => response === 'This is the first half. This is the second half.',
};

function streamedAsRecorded({ asked, onRecord }: Evidence): string[] {
  return [
    ...onRecord.flatMap(({ turn, events }) => recordProblems(turn, events)),
    ...asked.flatMap(({ turnId, streamed }) => {
      const events = onRecord.find(({ turn }) => turn.turnId === turnId)?.events;
      return events === undefined ? [] : streamProblems(turnId, streamed, events);
    }),
  ];
}

function recordProblems(turn: OnRecord['turn'], events: readonly SseEvent[]): string[] {
  const problems = disorder(events).map((text) => `the record of turn ${turn.turnId}: ${text}`);
  const text = textOf(events);
  if (turn.status === 'completed' && !turn.late && text.trimEnd() !== turn.response.trimEnd()) {
    problems.push(
      `the chunks of turn ${turn.turnId} make ${JSON.stringify(text)}, its answer is ${JSON.stringify(turn.response)}`,
    );
  }
  return problems;
}

function streamProblems(turnId: string | null, streamed: readonly SseEvent[], events: readonly SseEvent[]): string[] {
  const problems = disorder(streamed);
  const last = streamed.at(-1)?.id ?? 0;
  const ids = new Set(streamed.map(({ id }) => id));
  const missed = events.filter(({ id }) => id <= last && !ids.has(id));
  const recorded = new Map(events.map((each) => [each.id, JSON.stringify(stable(each))]));
  const different = streamed.filter((each) => recorded.get(each.id) !== JSON.stringify(stable(each)));
  if (missed.length > 0) problems.push(`missed ${missed.map(({ id, event }) => `${id} (${event.type})`).join(', ')}`);
  if (different.length > 0)
    problems.push(`not as on record: ${different.map(({ id, event }) => `${id} (${event.type})`).join(', ')}`);
  return problems.map((problem) => `the stream of turn ${turnId}: ${problem}`);
}

function disorder(events: readonly SseEvent[]): string[] {
  return events.flatMap(({ id }, index) => {
    const before = events[index - 1]?.id ?? 0;
    return id > before ? [] : [`event ${id} came after ${before}`];
  });
}

/** Events that carry the turn carry it as it was when they were read; the rest of them never changes. */
function stable({ id, event }: SseEvent): unknown {
  return 'turn' in event ? { id, type: event.type, turnId: event.turnId, at: event.at } : { id, event };
}

function textOf(events: readonly SseEvent[]): string {
  return events.reduce((text, { event }) => {
    return event.type === 'chunk' ? text.slice(0, event.offset) + event.text : text;
  }, '');
}
