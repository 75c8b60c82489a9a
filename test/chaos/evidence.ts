/** What each party has on record after a run: those who asked, the agents, the gateway, the host. */
import type { TurnView } from '../../src/contract/api.ts';
import type { TurnStatus } from '../../src/contract/turn.ts';
import type { SseEvent } from '../support/api-client.ts';
import type { Question } from './plan.ts';

/** A question as the person who asked it knows it. */
export interface Asked {
  readonly question: Question;
  /** Null where the gateway never said that it has accepted it. */
  turnId: string | null;
  /** The error code of a gateway that did not take it. */
  refused: string | null;
  /** The final status that a poll has seen. */
  polledEnd: TurnStatus | null;
  /** What came over the stream, in the order in which it came, over all connections. */
  streamed: SseEvent[];
}

export interface Received {
  readonly person: string;
  readonly turnId: string | null;
  readonly message: string;
}

export interface OnRecord {
  readonly person: string;
  readonly turn: TurnView;
  /** The turn's events, read in one go at the end. */
  readonly events: readonly SseEvent[];
  /** State of the turn in the host's journal; null where it has none. */
  readonly journal: string | null;
}

export interface Evidence {
  readonly asked: readonly Asked[];
  readonly received: readonly Received[];
  readonly onRecord: readonly OnRecord[];
  /** What is wrong with the audit chain; null where it is whole. */
  readonly audit: string | null;
}
