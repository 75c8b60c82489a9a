/** Collects what each party has on record, once all is quiet. */
import type { TurnView } from '../../src/contract/api.ts';
import type { SseEvent } from '../support/api-client.ts';
import type { Asked, Evidence, OnRecord, Received } from './evidence.ts';
import type { Person, World } from './world.ts';

export async function gather({ gateway, prompts, people }: World, asked: readonly Asked[]): Promise<Evidence> {
  const received: Received[] = [];
  const onRecord: OnRecord[] = [];
  for (const person of people.values()) {
    const { name, session, journalOf } = person;
    received.push(...prompts(session).map(({ turnId, message }) => ({ person: name, turnId, message })));
    for (const turn of await allTurns(person)) {
      onRecord.push({ person: name, turn, events: await eventsOf(person, turn), journal: journalOf(turn.turnId) });
    }
  }
  const { broken } = await (await gateway.store()).audit.verify({ contents: true });
  return { asked, received, onRecord, audit: broken === null ? null : JSON.stringify(broken) };
}

/** Everything that anybody has about the turns that the text names. */
export function aboutTurns(text: string, { asked, received, onRecord }: Evidence): string[] {
  return onRecord
    .filter(({ turn }) => text.includes(turn.turnId) || text.includes(turn.idempotencyKey ?? turn.turnId))
    .map(({ person, turn, journal, events }) => {
      const question = asked.find((each) => each.question.nonce === turn.idempotencyKey);
      const typed = received.filter(({ turnId }) => turnId === turn.turnId).length;
      const streamed = question?.streamed.map(({ id, event }) => `${id} ${event.type}`).join(', ');
      return [
        `turn ${turn.turnId}, ${turn.idempotencyKey}`,
        `  person  ${person}: accepted as ${question?.turnId}, polled ${question?.polledEnd}, streamed ${streamed || 'nothing'}`,
        `  gateway ${turn.status} ${turn.error?.code ?? ''} ${turn.error?.detail ?? ''} ${JSON.stringify(turn.response)}`,
        `          ${events.map(({ id, event }) => `${id} ${event.type}`).join(', ')}`,
        `  journal ${journal ?? 'nothing'}`,
        `  agent   received it ${typed} times`,
      ].join('\n');
    });
}

async function eventsOf({ client }: Person, { turnId }: TurnView): Promise<SseEvent[]> {
  const events: SseEvent[] = [];
  try {
    for await (const each of client.events(turnId, { signal: AbortSignal.timeout(READ_MS) })) events.push(each);
  } catch {
    // an open turn: what there is of it so far
  }
  return events;
}

async function allTurns({ client }: Person): Promise<TurnView[]> {
  const turns: TurnView[] = [];
  let before = '';
  for (;;) {
    const response = await client.call('GET', `/api/turns?limit=200${before}`);
    const page = (await response.json()) as { turns: TurnView[]; nextBefore: string | null };
    turns.push(...page.turns);
    if (page.nextBefore === null) return turns;
    before = `&before=${page.nextBefore}`;
  }
}

// The stream of a turn that has ended, ends; that of an open turn never would.
const READ_MS = 5_000;
