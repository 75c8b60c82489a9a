import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '../../store/store.ts';
import { exportUser } from '../../store/user-export.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { removeUser } from '../../turn/remove-user.ts';
import { stopped } from '../../turn/stop-all.ts';
import { acquireLock } from '../../process/lock.ts';
import { ConfigError } from '../../config/load.ts';
import type { StatePaths } from '../../config/state-paths.ts';
import { note, print, printJsonPieces } from '../../process/terminal.ts';
import type { Settings } from '../../config/settings.ts';
import { byCli, findUser } from './user.ts';
import { withHost } from '../../setup/with-host.ts';
import { withStore } from './with-store.ts';

/** Prints all that is kept of a user, as JSON. */
export async function exportUserData(settings: Settings, subject: string): Promise<void> {
  await withStore(settings, async (store) => {
    const user = await findUser(store.users, subject);
    const by = byCli();
    await store.audit.append([{ ...by, action: 'user.exported', subject: user.id, turnId: null, detail: {} }]);
    await printJsonPieces(exportUser(store, user, by.at)).catch((error) => {
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error; // whoever reads has seen enough
    });
  });
}

/** Deletes a user and all that they said, and ends their conversation on the host. */
export async function deleteUser(settings: Settings, subject: string, options: { yes?: boolean }): Promise<void> {
  if (options.yes !== true) {
    throw new ConfigError(
      `this deletes ${subject} and all that they said, for good; add --yes. \`paliadin user export\` makes a copy first`,
    );
  }
  await withStore(settings, async (store, paths) => {
    const user = await findUser(store.users, subject);
    if (user.role === 'owner') throw new ConfigError('the owner is not deleted; name another by PALIADIN_OWNER first');
    const session = (await store.sessions.list()).find(({ userId }) => userId === user.id);
    const { turns, erased, conversationLeft } = await removeUser(user, {
      users: store.users,
      by: byCli,
      stopTurns: () => stopTurns(store, paths, user.id),
      async endConversation() {
        if (session !== undefined) await withHost(settings, (host) => host.reset(session.name, { forget: true }));
      },
    });
    print(`deleted ${subject} and ${turns} turns`);
    if (!erased) {
      note(`somebody reads ${paths.database} just now; ${paths.database}-wal has what was deleted until they are done`);
    }
    if (conversationLeft !== null) note(`their conversation on the host was not ended: ${conversationLeft.message}`);
    else if (session !== undefined) print('their conversation on the host has ended');
  });
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
    throw new PaliadinError('conflict', 'the gateway did not stop their turns in time; nothing was deleted');
  } finally {
    release?.();
  }
}

// The gateway looks every two seconds, and its host may take some to stop.
const STOP_MS = 30_000;
const LOOK_AGAIN_MS = 100;

export async function setUserQuota(settings: Settings, subject: string, quota: string): Promise<void> {
  const dailyQuota = quota === 'none' ? null : Number(quota);
  if (dailyQuota !== null && !(/^\d+$/.test(quota) && dailyQuota <= MOST)) {
    throw new ConfigError(`a quota is a whole number of questions a day, at most ${MOST}, or none`);
  }
  await withStore(settings, async ({ users }) => {
    const user = await findUser(users, subject);
    await users.setQuota(user.id, dailyQuota, byCli());
    print(`${subject} may ask ${dailyQuota === null ? 'as much as they like' : `${dailyQuota} a day`}`);
  });
}

const MOST = 100_000;
