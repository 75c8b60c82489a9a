/** Sizes: long questions and answers arrive whole; a longer question is refused, a longer answer cut and marked. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { MAX_MESSAGE_BYTES } from '../../src/contract/sanitise.ts';
import { manyLines, oneLine } from '../../src/demo/answers/sizes.ts';
import { MAX_ANSWER_LENGTH } from '../../src/host/answer.ts';
import type { ApiClient } from '../support/api-client.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const running = useGateway();

test('F24: a question of 100 kB reaches the agent to the last byte', async () => {
  const owner = await somebody(running());
  const message = messageOf(MAX_MESSAGE_BYTES);
  const turn = await owner.answer(message);
  expect(turn).toMatchObject({ status: 'completed', response: 'At once.', error: null });
  expect(digest(turn.message)).toEqual(digest(message));
  expect(await running().prompts(owner.session)).toMatchObject([
    { turnId: turn.turnId, bytes: MAX_MESSAGE_BYTES, sha256: digest(message).sha256 },
  ]);
  await owner.goesOn();
});

test('F24: a longer question is refused, whatever its size, and nothing is typed', async () => {
  const anna = await somebody(running(), 'anna');
  await anna.goesOn();
  for (const bytes of [MAX_MESSAGE_BYTES + 1, 400_000, 10 * MEGABYTE]) {
    const response = await anna.call('POST', '/api/turns', { body: { message: messageOf(bytes) } });
    expect([bytes, response.status, await response.json()]).toEqual([
      bytes,
      413,
      {
        code: 'message_too_large',
        message: 'This message is too long. Please shorten it to at most 100 kB.',
        retryable: false,
        detail: expect.stringMatching(bytes < 500_000 ? `the message has ${bytes} bytes, at most 102400` : '512 KiB'),
      },
    ]);
  }
  expect((await anna.history()).turns).toHaveLength(1);
  expect(await running().prompts(anna.session)).toHaveLength(1);
  await anna.goesOn();
});

test.each([
  ['in many lines', 'ben', 'demo long 1mb', manyLines],
  ['in a single line', 'carl', 'demo line 1mb', oneLine],
])('F24: an answer of 1 MB %s is complete: live, streamed again, and read', async (_how, who, message, text) => {
  const person = await somebody(running(), who);
  const expected = digest(text(MEGABYTE));
  const { turnId } = await person.ask(message);
  expect(digest(await streamed(person, turnId))).toEqual(expected);
  const turn = await person.finished(turnId);
  expect(turn).toMatchObject({ status: 'completed', error: null, trailerMalformed: false, classifierTag: 'demo' });
  expect(digest(turn.response)).toEqual(expected);
  expect(digest(await streamed(person, turnId))).toEqual(expected);
  expect(digest((await person.turn(turnId)).response)).toEqual(expected);
  expect(digest((await person.history()).turns[0]?.response ?? '')).toEqual(expected);
  expect(await person.timesReceived(turnId)).toBe(1);
  await person.goesOn();
});

test('F24: an answer beyond the limit is cut there and marked', async () => {
  const dora = await somebody(running(), 'dora');
  const turn = await dora.answer('demo long 4mb');
  expect(turn).toMatchObject({ status: 'completed', error: null });
  expect(digest(turn.response)).toEqual(digest(`${manyLines(4 * MEGABYTE).slice(0, MAX_ANSWER_LENGTH)}\n\n[…]`));
  expect(digest(await streamed(dora, turn.turnId))).toEqual(digest(turn.response));
  expect(await dora.timesReceived(turn.turnId)).toBe(1);
  await dora.goesOn();
});

const MEGABYTE = 1024 * 1024;

/** Of exactly so many bytes, in lines, with characters of every length, and with no space at its end. */
function messageOf(bytes: number): string {
  const start = 'demo at once\n';
  const line = 'Größe \t“quoted” 12 € 🙂 and so on.\n';
  const lineBytes = Buffer.byteLength(line);
  const room = bytes - start.length;
  return start + line.repeat(Math.floor(room / lineBytes)) + 'x'.repeat(room % lineBytes);
}

/** The answer as a reader puts it together from its pieces. */
async function streamed(person: ApiClient, turnId: string): Promise<string> {
  let text = '';
  for await (const { event } of person.events(turnId)) {
    if (event.type !== 'chunk') continue;
    expect(event.offset).toBe(text.length);
    text += event.text;
  }
  return text;
}

/** In place of a text whose difference nobody could read. */
function digest(text: string) {
  return { length: text.length, sha256: createHash('sha256').update(text).digest('hex') };
}
