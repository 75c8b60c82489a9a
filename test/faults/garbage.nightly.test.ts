/** Ten megabytes from the agent that are not text: bounded, cleaned and shown, within bounded memory. */
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

// The 4 MB that are kept of it, on their way a few times over; the whole would be five times that.
const MORE_MEMORY_MB = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

// One for each byte or character that is no text.
const SHOWN = 'words � and a NUL, �[31mred�[2J cleared, �]0;a title�, ��� reversed, �( ��� ';
