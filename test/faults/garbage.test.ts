/** Bytes that are not text are removed from a question, or it is refused. An answer of them: `garbage.nightly.test.ts`. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const running = useGateway();

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
