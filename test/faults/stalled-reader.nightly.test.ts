/**
 * Readers open a stream and stop reading it, as a laptop does whose lid is closed. Their events wait in the store
 * and not in memory, other users are not affected, and a reader who reconnects gets all events. (That a reader
 * who takes nothing is disconnected in the end is tested with the server alone, where the wait can be made short.)
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import type { StreamedEvent } from '../../src/contract/api.ts';
import { manyLines } from '../../src/demo/answers/sizes.ts';
import { type Block, blocksOf, take } from '../http/event-reader.ts';
import { useGateway } from '../support/use-gateway.ts';
import { memoryOf } from './memory.ts';
import { somebody } from './somebody.ts';

const running = useGateway({ env: { PALIADIN_QUEUE_LIMIT: '10' } });

test('F23: stalled readers cost little memory, and miss no event when they reconnect', async () => {
  const gateway = running();
  const owner = await somebody(gateway);
  const open = (lastEventId?: number) => openStream(`${gateway.url}/api/events`, owner.token, lastEventId);
  const askForMuch = async (answers: number) => {
    for (let asked = 0; asked < answers; asked++) await owner.ask(`demo long ${ANSWER_BYTES}`);
  };
  const attentive = blocksOf(await open(0));
  await askForMuch(BEFORE);
  const all = await readAnswers(attentive, BEFORE);
  const before = await memoryOf(gateway.pid);

  // Some have all to catch up with, some only what comes from now on, and one has read a little.
  const stopped = [];
  for (let reader = 0; reader < CATCHING_UP; reader++) stopped.push(await open(0));
  for (let reader = 0; reader < UP_TO_DATE; reader++) stopped.push(await open());
  const paused = blocksOf(await open(0));
  const seen = await take(paused, 3);
  await askForMuch(AFTER);
  await (await somebody(gateway, 'anna')).goesOn();
  all.push(...(await readAnswers(attentive, AFTER)));
  const answerMegabytes = all.reduce((sum, { data = '' }) => sum + data.length, 0) / (BEFORE + AFTER) / 1024 ** 2;
  const owed = answerMegabytes * (CATCHING_UP * (BEFORE + AFTER) + UP_TO_DATE * AFTER);
  const { most } = await memoryOf(gateway.pid);
  // Each holds some events, of which the largest carries a whole answer.
  expect(most - before.most).toBeLessThan(0.4 * owed);

  await paused.return(undefined);
  const missed = await readAnswers(blocksOf(await open(idOf(seen.at(-1)))), BEFORE + AFTER);
  expect([...seen, ...missed].map(idOf)).toEqual(all.map(idOf));
  const text = manyLines(ANSWER_BYTES);
  for (const blocks of [[...seen, ...missed], all]) {
    const answers = Object.values(Object.groupBy(blocks.map(eventOf), ({ turnId }) => turnId));
    expect(answers).toHaveLength(BEFORE + AFTER);
    for (const events of answers) expect(written(events ?? []) === text).toBe(true);
  }
  for (const response of stopped) response.destroy();
  const kept = await (await gateway.store()).turns.list({ limit: 100 }); // a page of history would end at a megabyte
  expect(kept.filter(({ status }) => status === 'completed')).toHaveLength(BEFORE + AFTER + 1);
  expect(await gateway.prompts(owner.session)).toHaveLength(BEFORE + AFTER);
  await owner.goesOn();
}, 60_000);

/** With its trailer still within the bound of an answer. */
const ANSWER_BYTES = 2_000_000;
/** Answers before anybody stops reading, and after. */
const BEFORE = 6;
const AFTER = 4;
/** A user may have twenty streams. */
const CATCHING_UP = 14;
const UP_TO_DATE = 3;

/** Nothing is read of it but its head. */
async function openStream(url: string, token: string, lastEventId: number | undefined): Promise<IncomingMessage> {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
  };
  const [response] = await once(request(url, { agent: false, headers }).end(), 'response');
  expect(response.statusCode).toBe(200);
  return response;
}

/** All events up to the end of so many answers. */
async function readAnswers(blocks: AsyncGenerator<Block>, answers: number): Promise<Block[]> {
  const read: Block[] = [];
  for (let ended = 0; ended < answers; ) {
    read.push(...(await take(blocks, 1)));
    if (read.at(-1)?.event === 'finished') ended++;
  }
  return read;
}

function idOf(block: Block | undefined): number {
  return Number(block?.id);
}

function eventOf({ data = '' }: Block): StreamedEvent {
  return JSON.parse(data);
}

/** The answer as it is put together from its pieces. */
function written(events: StreamedEvent[]): string {
  let text = '';
  for (const event of events) if (event.type === 'chunk') text = text.slice(0, event.offset) + event.text;
  return text;
}
