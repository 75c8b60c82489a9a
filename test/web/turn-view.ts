/** Turns and events for the page's tests, in the gateway's format. */
import type { StreamedEvent, TurnView } from '../../src/contract/api.ts';
import type { NumberedEvent } from '../../src/web/chat/state.ts';

let made = 0;

export function turnView(change: Partial<TurnView> = {}): TurnView {
  made++;
  return {
    turnId: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    idempotencyKey: null,
    sessionId: 'another-tab',
    status: 'completed',
    message: `question ${made}`,
    pageOrigin: null,
    attachments: [],
    response: 'answer',
    usedTools: [],
    rowsSeen: null,
    classifierTag: null,
    chipCount: 0,
    responseTokens: null,
    tokensExact: false,
    inputTokens: null,
    trailerMalformed: false,
    notices: [],
    generation: 1,
    approvals: [],
    decisions: [],
    steps: [],
    presence: 'here',
    queuePosition: null,
    awayUntil: null,
    startedAt: 1_000_000 + made,
    deliveredAt: null,
    firstChunkAt: null,
    finishedAt: null,
    durationMs: null,
    late: false,
    error: null,
    feedback: null,
    ...change,
  };
}

type Body<T> = T extends unknown ? Omit<T, 'turnId' | 'at'> & { at?: number } : never;

/** What an event says, without what every event has. */
export type EventBody = Body<StreamedEvent>;

/** Events of one turn, numbered from `first`. */
export function eventsOf(turnId: string, first: number, ...bodies: EventBody[]): NumberedEvent[] {
  return bodies.map((body, index) => ({
    id: first + index,
    event: { turnId, at: 1_000_000, ...body } as StreamedEvent,
  }));
}
