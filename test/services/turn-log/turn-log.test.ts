import { expect, test } from 'vitest';
import { COMMAND_LINE } from '../../../src/services/actor.ts';
import { take } from '../../../src/services/pages.ts';
import { aTurn, aUser, temporaryStore } from '../../store/temporary-store.ts';
import { servicesOf } from '../test-services.ts';

async function threeTurns() {
  const { store } = await temporaryStore();
  const [anna, bert] = [await aUser(store, 'anna'), await aUser(store, 'bert')];
  const turns = [
    aTurn(anna, { message: 'first', startedAt: 1 }),
    aTurn(bert, { message: 'second', startedAt: 2 }),
    aTurn(anna, { message: 'third secretword', startedAt: 3 }),
  ];
  for (const turn of turns) await store.turns.insert(turn);
  return { store, anna: anna.user, turnLog: servicesOf(store).turnLog };
}

test('turns are paged, newest first, with their users', async () => {
  const { turnLog } = await threeTurns();
  const first = await turnLog.list(COMMAND_LINE, { limit: 2 });
  expect(first.turns.map(({ question, user }) => [question, user.subject])).toEqual([
    ['third secretword', 'anna'],
    ['second', 'bert'],
  ]);
  const last = await turnLog.list(COMMAND_LINE, { limit: 2, before: first.nextBefore ?? '' });
  expect(last).toMatchObject({ turns: [{ question: 'first' }], nextBefore: null });
});

test('listing, reading and exporting turns is in the audit log, without the search text', async () => {
  const { store, anna, turnLog } = await threeTurns();
  await turnLog.list(COMMAND_LINE, { limit: 1, userId: anna.id, search: 'secretword' });
  const [found] = await take(await turnLog.export(COMMAND_LINE, { search: 'secretword' }, 'json'), 5);
  expect(found).toMatchObject({ message: 'third secretword', user: { subject: 'anna' } });
  await turnLog.get(COMMAND_LINE, found?.turnId ?? '');
  const reads = (await store.audit.list({ limit: 20 })).filter(({ action }) => action.startsWith('read.'));
  expect(reads).toMatchObject([
    { action: 'read.turn', actor: 'cli', subject: anna.id, turnId: found?.turnId },
    { action: 'read.turns', actor: 'cli', subject: null, detail: { searched: true, exported: 'json' } },
    { action: 'read.turns', actor: 'cli', subject: anna.id, detail: { searched: true } },
  ]);
  expect(JSON.stringify(reads)).not.toContain('secretword');
});
