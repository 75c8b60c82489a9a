/** Files on their way to a host behind ssh: they arrive whole, or the question fails before anything is typed. */
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { PLAIN_SHIM, startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';

const laptop = await startLaptop();
afterAll(laptop.dispose);
const gateway = useGateway({ laptop });

test('a file reaches the agent behind ssh, also where connections break meanwhile', { timeout: 90_000 }, async () => {
  const anna = await gateway().as('owner');
  const { id } = await anna.upload('long.txt', `It begins here\n${'0123456789abcde\n'.repeat(600_000)}`);
  const { turnId } = await anna.ask('Read it', { attachments: [id] });
  for (let cuts = 0; cuts < 2; cuts++) {
    await until('a connection', async () => laptop.connections().length > 0);
    laptop.cut();
  }
  const turn = await anna.finished(turnId);
  // A connection that breaks before the question was handed over may also fail it: then nothing was typed.
  const { session } = await anna.me();
  const typed = laptop.prompts(session.name).filter((prompt) => prompt.turnId === turnId);
  if (turn.status === 'completed') {
    expect(turn.response).toContain('9600015 bytes. It begins: “It begins here”');
    expect(typed).toHaveLength(1);
  } else {
    expect(turn.error?.code).toBe('mriver_unreachable');
    expect(typed).toHaveLength(0);
  }
  const again = await anna.answer('Read it again', { attachments: [id] });
  expect(again.response).toContain('9600015 bytes. It begins: “It begins here”');
});

test('a shim that takes no files refuses the question before it is accepted', { timeout: 90_000 }, async () => {
  const plain = await startLaptop();
  onTestFinished(plain.dispose);
  plain.setKeyOptions(`restrict,command="${PLAIN_SHIM}"`);
  const running = await gatewayForTest({ laptop: plain, env: { PALIADIN_ISOLATION: 'directory' } });
  const owner = await running.as('owner');
  const { id } = await owner.upload('a.txt', 'a');
  await expect(owner.ask('Read it', { attachments: [id] })).rejects.toThrow(
    'this host’s Paliadin is too old for files; `paliadin host add` updates it, or ask without files',
  );
  expect((await owner.history()).turns).toEqual([]);
  expect((await owner.answer('hello')).status).toBe('completed');
});
