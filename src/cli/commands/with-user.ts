import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../../config/settings.ts';
import type { StatePaths } from '../../config/state-paths.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { User } from '../../contract/records/user.ts';
import { acquireLock } from '../../process/lock.ts';
import { createUserService, type UserService } from '../../services/users.ts';
import { withHost } from '../../setup/with-host.ts';
import type { Store } from '../../store/store.ts';
import type { UserStore } from '../../store/user-store.ts';
import { stopped } from '../../turn/stop-all.ts';
import { withStore } from './with-store.ts';

/** For what is done to one user. @throws PaliadinError `not_found` */
export async function withUser<T>(
  settings: Settings,
  subject: string,
  use: (users: UserService, user: User, paths: StatePaths) => Promise<T>,
): Promise<T> {
  return await withStore(settings, async (store, paths) => {
    const users = createUserService({
      store,
      stopTurns: (userId) => stopTurns(store, paths, userId),
      endConversation: ({ name }) => withHost(settings, (host) => host.reset(name, { forget: true })),
      clock: Date.now,
    });
    return await use(users, await findUser(store.users, subject), paths);
  });
}

/** @throws PaliadinError `not_found` */
export async function findUser(users: Pick<UserStore, 'bySubject'>, subject: string): Promise<User> {
  const user = await users.bySubject(subject);
  if (user !== null) return user;
  throw new PaliadinError('not_found', `there is no user ${subject}; \`paliadin user list\` shows who there is`);
}

/** A gateway that runs stops the turns of whoever is disabled. Where there is none, nobody is at work on them. */
async function stopTurns({ turns }: Store, { gatewayLock }: StatePaths, userId: string): Promise<void> {
  const release = await acquireLock(gatewayLock);
  try {
    if (release !== null) {
      const at = Date.now();
      const open = await turns.openOf(userId);
      if (open.length > 0) await turns.write(open.map((turn) => stopped(turn, at)));
      return;
    }
    for (const until = Date.now() + STOP_MS; Date.now() < until; await delay(LOOK_AGAIN_MS)) {
      if ((await turns.countOpen(userId)) === 0) return;
    }
    throw new PaliadinError('conflict', 'the gateway did not stop their turns in time; try again');
  } finally {
    release?.();
  }
}

// The gateway looks every two seconds, and its host may take some to stop.
const STOP_MS = 30_000;
const LOOK_AGAIN_MS = 100;
