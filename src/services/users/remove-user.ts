/** Deletes a user completely or not at all, whether from the dashboard or the command line. */

import { PaliadinError } from '../../contract/errors.ts';
import type { By } from '../../contract/records/audit-log.ts';
import type { User } from '../../contract/records/user.ts';
import type { UserStore } from '../../store/user-store.ts';

export interface RemoveUserOptions {
  users: Pick<UserStore, 'disable' | 'enable' | 'remove'>;
  by(): By;
  /** Resolves when none of their turns is open any more. */
  stopTurns(): Promise<void>;
  /** Ends the conversations on the hosts. */
  endConversation(): Promise<void>;
}

export interface Removed {
  turns: number;
  /** See `UserStore.remove`. */
  erased: boolean;
  /** Why a conversation on a host was not ended yet; null where all were. A gateway ends it when the host is back. */
  conversationLeft: Error | null;
}

/** @throws PaliadinError; the user is then unchanged, except that they were signed out. */
export async function removeUser(user: User, options: RemoveUserOptions): Promise<Removed> {
  const { users, by } = options;
  // First, so that no new turn comes.
  if (user.disabledAt === null) await users.disable(user.id, by());
  const removed = await stopAndRemove(user, options).catch(async (error) => {
    if (user.disabledAt === null) await users.enable(user.id, by()).catch(() => {}); // the first error is reported
    throw error;
  });
  const conversationLeft = await options.endConversation().then(
    () => null,
    (error: Error) => error,
  );
  return { ...removed, conversationLeft };
}

async function stopAndRemove({ id }: User, { users, by, stopTurns }: RemoveUserOptions) {
  for (let attempt = 1; ; attempt++) {
    await stopTurns();
    try {
      return await users.remove(id, by());
    } catch (error) {
      // A question that was on its way when the user was disabled.
      const cameMeanwhile = error instanceof PaliadinError && error.code === 'conflict';
      if (!cameMeanwhile || attempt === ATTEMPTS) throw error;
    }
  }
}

const ATTEMPTS = 5;
