/** Bytes that are not text: replaced by marks in an answer, removed from or refused in a question. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { MAX_ANSWER_LENGTH } from '../../src/host/answer.ts';
import { useGateway } from '../support/use-gateway.ts';
import { memoryOf } from './memory.ts';
import { somebody } from './somebody.ts';

const running = useGateway();

test('F25: 10 MB of garbage from the agent becomes a bounded answer without control characters', async () => {
  const gateway = running();
  const owner = await somebody(gateway);
  await owner.goesOn();
  const daemon = await gateway.daemonPid();
  const { pid } = gateway;
  const before = { gateway: await memoryOf(pid), daemon: await memoryOf(daemon) };

  const { turnId } = await owner.ask('demo garbage 10mb');
  let streamed = '';
  for await (const { event } of owner.events(turnId)) if (event.type === 'chunk') streamed += event.text;
  const turn = await owner.finished(turnId);
  expect(turn).toMatchObject({ status: 'completed', error: null });
  expect(turn.response.length).toBeGreaterThan(MAX_ANSWER_LENGTH);
  expect(turn.response.length).toBeLessThan(MAX_ANSWER_LENGTH + 10);
  expect(streamed === turn.response).toBe(true);
  expect(CONTROLS.exec(turn.response)).toBeNull();
  expect(turn.response.isWellFormed()).toBe(true);
  expect(turn.response.slice(0, SHOWN.length)).toBe(SHOWN);
  expect(turn.response.endsWith('\n\n[…]')).toBe(true);

  const row = await (await gateway.store()).turns.get(turnId);
  expect(row).toMatchObject({ status: 'completed', message: 'demo garbage 10mb', finishedAt: expect.any(Number) });
  expect(row?.response === turn.response).toBe(true);
  expect(await owner.timesReceived(turnId)).toBe(1);

  await owner.goesOn();
  expect(gateway.pid).toBe(pid);
  expect(await gateway.daemonPid()).toBe(daemon);
  const after = { gateway: await memoryOf(pid), daemon: await memoryOf(daemon) };
  expect(after.gateway.most - before.gateway.now).toBeLessThan(MORE_MEMORY_MB);
  expect(after.daemon.most - before.daemon.now).toBeLessThan(MORE_MEMORY_MB);
});

test('F25: control characters are removed from a question before it is typed', async () => {
  const anna = await somebody(running(), 'anna');
  const message =
    'demo at once\r\nNUL \0, \x1b[31mred\x1b[0m, \x1b[201~ends no paste\x07, \x9b2J, DEL \x7f, tab\t, \u2028 kept: ü 🙂';
  const typed = 'demo at once\nNUL , [31mred[0m, [201~ends no paste, 2J, DEL , tab\t, \n kept: ü 🙂';
  const turn = await anna.answer(message);
  expect(turn).toMatchObject({ status: 'completed', message: typed, response: 'At once.' });
  const sha256 = createHash('sha256').update(typed).digest('hex');
  expect(await running().prompts(anna.session)).toMatchObject([{ turnId: turn.turnId, sha256 }]);
  await anna.goesOn();
});

test.each([
  ['a lone surrogate', JSON.stringify({ message: 'half a \ud83d smile' })],
  ['nothing but control characters', JSON.stringify({ message: '\0\x1b\x7f\x9b \r\n' })],
  ['invalid UTF-8', Buffer.from('{"message":"a\xff\xc3(b"}', 'latin1')],
])('F25: %s is refused, and nothing is typed', async (what, body) => {
  const ben = await somebody(running(), `ben ${what}`);
  await ben.goesOn();
  const response = await fetch(`${running().url}/api/turns`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ben.token}`, 'content-type': 'application/json' },
    body,
  });
  expect([response.status, await response.json()]).toMatchObject([
    400,
    {
      code: 'message_invalid',
      message: 'This message can’t be sent: it is empty or contains unreadable characters.',
      retryable: false,
    },
  ]);
  expect((await ben.history()).turns).toHaveLength(1);
  expect(await running().prompts(ben.session)).toHaveLength(1);
  await ben.goesOn();
});

// The 4 MB that are kept of it, on their way a few times over; the whole would be five times that.
const MORE_MEMORY_MB = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

// One for each byte or character that is no text.
const SHOWN = 'words � and a NUL, �[31mred�[2J cleared, �]0;a title�, ��� reversed, �( ��� ';
