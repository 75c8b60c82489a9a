import type { By } from '../../contract/records/audit-log.ts';
import type { Role, User } from '../../contract/records/user.ts';
import type { UserStore } from '../../store/user-store.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { ConfigError } from '../../config/load.ts';
import { table } from '../table.ts';
import { print, printJson } from '../../process/terminal.ts';
import type { Settings } from '../../config/settings.ts';
import { withStore } from './with-store.ts';

/** Who is known here, and what they may do. */
export async function listUsers(settings: Settings, { json }: { json?: boolean }): Promise<void> {
  await withStore(settings, async ({ users, signIn }) => {
    const rows = await Promise.all(
      (await users.list()).map(async (user) => ({
        ...user,
        browsers: await signIn.countBrowserSessions(user.id, Date.now()),
      })),
    );
    if (json) return void printJson(rows);
    const lines = table(
      ['user', 'name', 'role', 'state', 'browsers', 'created'],
      rows.map(({ subject, name, role, disabledAt, browsers, createdAt }) => [
        ...[subject, name, role, disabledAt === null ? 'enabled' : 'disabled', String(browsers)],
        new Date(createdAt).toISOString(),
      ]),
    );
    print(lines);
  });
}

export async function setUserRole(settings: Settings, subject: string, role: string): Promise<void> {
  if (role !== 'admin' && role !== 'member') {
    throw new ConfigError(
      `a user is made admin or member, not ${JSON.stringify(role)}; PALIADIN_OWNER names the owner`,
    );
  }
  await changeUser(settings, subject, ({ setRole }, { id }) => setRole(id, role satisfies Role, byCli()));
}

export async function disableUser(settings: Settings, subject: string): Promise<void> {
  await changeUser(settings, subject, ({ disable }, { id }) => disable(id, byCli()));
}

export async function enableUser(settings: Settings, subject: string): Promise<void> {
  await changeUser(settings, subject, ({ enable }, { id }) => enable(id, byCli()));
}

export async function signOutUser(settings: Settings, subject: string, options: { tokens?: boolean }): Promise<void> {
  await withStore(settings, async ({ users, signIn }) => {
    const user = await findUser(users, subject);
    const how = { now: Date.now(), tokens: options.tokens === true, actor: 'cli' };
    const ended = await signIn.signOutEverywhere(user.id, how);
    const tokens = options.tokens ? ` and ${ended.tokens} tokens` : '; API tokens stay valid (--tokens ends them too)';
    print(`${user.subject}: ended ${ended.browsers} browser sessions${tokens}`);
  });
}

/** Whoever may run commands here is not asked who they are. */
export function byCli(): By {
  return { actor: 'cli', at: Date.now() };
}

/** @throws PaliadinError `not_found` */
export async function findUser(users: Pick<UserStore, 'bySubject'>, subject: string): Promise<User> {
  const user = await users.bySubject(subject);
  if (user !== null) return user;
  throw new PaliadinError('not_found', `there is no user ${subject}; \`paliadin user list\` shows who there is`);
}

async function changeUser(
  settings: Settings,
  subject: string,
  change: (users: UserStore, user: User) => Promise<User>,
): Promise<void> {
  await withStore(settings, async ({ users }) => {
    const user = await findUser(users, subject);
    if (user.role === 'owner') {
      throw new PaliadinError('not_allowed', `${subject} is the owner; name another by PALIADIN_OWNER first`);
    }
    const { role, disabledAt } = await change(users, user);
    print(`${subject} is ${role}, ${disabledAt === null ? 'enabled' : 'disabled'}`);
  });
}
