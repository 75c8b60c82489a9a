import { exportUser } from '../../audit/user-export.ts';
import { ConfigError } from '../config/load.ts';
import { note, print, printJsonPieces } from '../terminal.ts';
import type { Settings } from './settings.ts';
import { byCli, findUser } from './user.ts';
import { withHost } from './with-host.ts';
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
  await withStore(settings, async (store) => {
    const user = await findUser(store.users, subject);
    if (user.role === 'owner') throw new ConfigError('the owner is not deleted; name another by PALIADIN_OWNER first');
    const session = (await store.sessions.list()).find(({ userId }) => userId === user.id);
    await store.users.disable(user.id, byCli());
    const { turns } = await store.users.remove(user.id, byCli());
    print(`deleted ${subject} and ${turns} turns`);
    if (session === undefined) return;
    const ended = await withHost(settings, (host) => host.reset(session.name, { forget: true })).catch(
      (error: Error) => error,
    );
    if (ended === undefined) print('their conversation on the host has ended');
    else note(`their conversation on the host was not ended: ${ended.message}`);
  });
}

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
