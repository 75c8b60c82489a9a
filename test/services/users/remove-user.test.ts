import { expect, test } from 'vitest';
import { PaliadinError } from '../../../src/contract/errors.ts';
import { removeUser } from '../../../src/services/users/remove-user.ts';
import { aUser, temporaryStore } from '../../store/temporary-store.ts';
import { aToken } from '../../support/credentials.ts';
import { signInOf } from '../sign-in/sign-in-of.ts';

test('a user whose turn does not stop is not deleted, not even partly', async () => {
  const { store } = await temporaryStore();
  const { user } = await aUser(store, 'anna');
  const token = await aToken(store, 'anna');
  const removing = removeUser(user, {
    users: store.users,
    by: () => ({ actor: 'cli', at: 5 }),
    stopTurns: async () => {
      throw new PaliadinError('conflict', 'it goes on');
    },
    endConversation: async () => {
      throw new Error('it was ended');
    },
  });
  await expect(removing).rejects.toMatchObject({ code: 'conflict', detail: 'it goes on' });
  expect(await store.users.get(user.id)).toMatchObject({ disabledAt: null });
  expect(await signInOf(store).byBearer(token)).toMatchObject({ user: { id: user.id, disabledAt: null } });
});
