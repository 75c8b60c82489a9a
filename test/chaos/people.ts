/** What people do, as clients of the HTTP API that give up no question: they ask again with the same key, and reconnect. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TurnView } from '../../src/contract/api.ts';
import { isFinal } from '../../src/contract/turn.ts';
import type { Asked } from './evidence.ts';
import type { Question } from './plan.ts';
import type { Person } from './world.ts';

/** Asks, follows and decides until the turn has ended, or the question was refused. Rejects once the signal is aborted. */
export async function askAndFollow(person: Person, asked: Asked, signal: AbortSignal): Promise<void> {
  await submit(person, asked, signal);
  if (asked.turnId === null) return;
  const follow = asked.question.follows === 'stream' ? stream : poll;
  await Promise.all([follow(person, asked, asked.turnId, signal), hold(person, asked.question, signal)]);
}

/** Tries it once: whether it succeeds under faults is not promised. */
export async function tryOnce(person: Person, path: string): Promise<void> {
  await person.client.call('POST', path, { signal: AbortSignal.timeout(REQUEST_MS) }).catch(() => {});
}

async function submit({ client }: Person, asked: Asked, signal: AbortSignal): Promise<void> {
  const { kind, nonce } = asked.question;
  const body = { message: `demo ${kind} ${nonce}` };
  for (;;) {
    const options = { body, headers: { 'idempotency-key': nonce }, signal: withLimit(signal) };
    const response = await client.call('POST', '/api/turns', options).catch(() => null);
    const said = await response?.json().catch(() => null);
    if (response?.ok && said !== null) {
      asked.turnId = (said as TurnView).turnId;
      return;
    }
    // Only what the gateway decided counts as a refusal; anything else is worth another attempt.
    if (response !== null && response.status < 500 && said !== null) {
      asked.refused = (said as { code: string }).code;
      return;
    }
    await delay(AGAIN_MS, undefined, { signal });
  }
}

async function hold({ release }: Person, { kind, nonce, holdMs }: Question, signal: AbortSignal): Promise<void> {
  if (kind !== 'hold') return;
  await delay(holdMs, undefined, { signal });
  // Its directory comes with the session's first turn.
  while (
    !(await release(nonce).then(
      () => true,
      () => false,
    ))
  )
    await delay(AGAIN_MS, undefined, { signal });
}

async function stream(person: Person, asked: Asked, turnId: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      const after = asked.streamed.at(-1)?.id ?? 0;
      for await (const each of person.client.events(turnId, { after, signal })) {
        asked.streamed.push(each);
        if (each.event.type === 'approval') void decide(person, asked.question, turnId, each.event.approval.id, signal);
        if (each.event.type === 'finished') return;
      }
    } catch {
      // the connection broke, or there is no gateway
    }
    await delay(AGAIN_MS, undefined, { signal });
  }
}

async function poll(person: Person, asked: Asked, turnId: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const response = await person.client
      .call('GET', `/api/turns/${turnId}`, { signal: withLimit(signal) })
      .catch(() => null);
    const turn = response?.ok ? ((await response.json().catch(() => null)) as TurnView | null) : null;
    for (const { id } of turn?.approvals ?? []) void decide(person, asked.question, turnId, id, signal);
    if (turn !== null && isFinal(turn.status)) {
      asked.polledEnd = turn.status;
      return;
    }
    await delay(AGAIN_MS, undefined, { signal });
  }
}

/** Tried once; a decision that is lost is made by the time limit. */
async function decide(person: Person, question: Question, turnId: string, approval: string, signal: AbortSignal) {
  if (question.decides === null) return;
  const options = { body: { option: question.decides }, signal: withLimit(signal) };
  await person.client.call('POST', `/api/turns/${turnId}/approvals/${approval}`, options).catch(() => {});
}

function withLimit(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]);
}

// A gateway that is frozen answers nothing; a person would try again after some seconds.
const REQUEST_MS = 4_000;
const AGAIN_MS = 150;
