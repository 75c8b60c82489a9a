/** Accepts each question once, however often it is sent. */
import type { AgentSession } from '../contract/records/session.ts';
import type { Turn } from '../contract/records/turn.ts';
import type { Store } from '../store/store.ts';
import { type Question, record, requireSameQuestion } from './accept.ts';
import type { TurnDispatcher } from './dispatcher.ts';

export interface Accepted {
  turn: Turn;
  /** The same question was already accepted under this key. */
  repeated: boolean;
}

export interface IntakeOptions {
  store: Pick<Store, 'turns'>;
  dispatcher: Pick<TurnDispatcher, 'accept'>;
  /**
   * The conversation that the question is for, on the host where it goes now.
   * @throws PaliadinError `not_found` where there is none, and where it can't go elsewhere
   */
  sessionFor(
    question: Pick<Question, 'userId' | 'sessionId' | 'begins' | 'whenAway' | 'attachmentIds'>,
  ): Promise<AgentSession>;
  /** How long a question may wait for its host. Milliseconds. */
  awayLimitMs: number;
  clock(): number;
  newId(): string;
}

/** `key` is the caller's idempotency key. @throws PaliadinError; nothing was accepted in that case. */
export function createIntake(options: IntakeOptions): (question: Question, key: string | null) => Promise<Accepted> {
  const { store, dispatcher } = options;
  /**
   * Questions that are being accepted, by user, key and content: repetitions wait for the first. Of different questions
   * under one key the store takes one; none of them may get what became of another.
   */
  const accepting = new Map<string, Promise<Accepted>>();

  async function accept(question: Question, key: string | null): Promise<Accepted> {
    const known = key === null ? null : await store.turns.byKey(question.userId, key);
    // Checked before the queue: a repetition needs no slot in it.
    if (known !== null) return { turn: requireSameQuestion(known, question), repeated: true };
    const session = await options.sessionFor(question);
    const startedAt = options.clock();
    const awayUntil = question.whenAway === 'wait' ? startedAt + options.awayLimitMs : null;
    const identity = { turnId: options.newId(), idempotencyKey: key, startedAt, awayUntil };
    const { turn, inserted } = await record(dispatcher, question, session, identity);
    return { turn, repeated: !inserted };
  }

  return (question, key) => {
    if (key === null) return accept(question, null);
    const id = `${question.userId} ${question.requestHash} ${key}`;
    const first = accepting.get(id);
    if (first !== undefined) return first.then(({ turn }) => ({ turn, repeated: true }));
    const accepted = accept(question, key).finally(() => accepting.delete(id));
    accepting.set(id, accepted);
    return accepted;
  };
}
