/** Files on their way to a host behind ssh: they arrive whole, or the question fails before anything is typed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
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

test('files go from the host with their question, also where it was away then: by retention, with the conversation, with the user', {
  timeout: 180_000,
}, async () => {
  const own = await startLaptop();
  onTestFinished(own.dispose);
  const running = await gatewayForTest({ laptop: own });
  const asked = async (subject: string) => {
    const person = await running.as(subject);
    const { id } = await person.upload('a.txt', `of ${subject}`);
    const { turnId } = await person.answer('Read it', { attachments: [id] });
    const { session, user } = await person.me();
    const path = join(own.stateDir, 'host', 'sessions', session.name, 'files', turnId);
    expect(existsSync(join(path, '1.txt'))).toBe(true);
    return { person, turnId, session: session.name, user: user.id, isThere: () => existsSync(path) };
  };
  const [anna, ben, carl, dora] = [await asked('anna'), await asked('ben'), await asked('carl'), await asked('dora')];
  const owner = await running.as('owner');
  const store = await running.store();
  const age = ({ turnId }: { turnId: string }) =>
    store.turns.write([{ turnId, change: { finishedAt: Date.now() - 2 * 24 * 3_600_000 }, events: [] }]);

  await age(anna);
  await own.stopListening();
  own.cut();
  await running.end('SIGTERM');
  await running.start({ PALIADIN_RETENTION_DAYS: '1' });
  await until('the old question to go', async () => (await store.turns.get(anna.turnId)) === null);
  const conversation = await ben.person.call('DELETE', `/api/conversations/${ben.session}`);
  expect(await conversation.json()).toMatchObject({ turns: 1, hostAway: true });
  const person = await owner.call('DELETE', `/api/admin/users/${carl.user}`);
  expect(await person.json()).toMatchObject({ turns: 1, conversationEnded: false });
  expect(await store.attachments.deleted({ after: '', limit: 9 })).toMatchObject([{ turnId: anna.turnId }]);
  for (const { isThere } of [anna, ben, carl, dora]) expect(isThere()).toBe(true);

  await own.startListening();
  await until('the files to go', async () => {
    await fetch(`${running.url}/readyz`);
    return ![anna, ben, carl].some(({ isThere }) => isThere());
  });
  expect(dora.isThere()).toBe(true);
  await until(
    'that to be on record',
    async () => (await store.attachments.deleted({ after: '', limit: 9 })).length === 0,
  );

  await age(dora);
  await running.end('SIGTERM');
  await running.start({ PALIADIN_RETENTION_DAYS: '1' });
  await until('the files of the one that was there', () => !dora.isThere());
});
