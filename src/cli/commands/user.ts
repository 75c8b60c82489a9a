import { ConfigError } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { MAX_DAILY_QUOTA, type UserChange } from '../../contract/admin.ts';
import { print, printJson } from '../../process/terminal.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import { table } from '../table.ts';
import { withServices } from './with-services.ts';

/** Lists the known users, and what they may do. */
export async function listUsers(settings: Settings, { json }: { json?: boolean }): Promise<void> {
  await withServices(settings, async ({ users }) => {
    const rows = await Promise.all(
      (await users.list()).map(async (user) => ({ ...user, browsers: await users.countBrowsers(user.id) })),
    );
    if (json) return void printJson(rows);
    const lines = table(
      ['user', 'name', 'role', 'state', 'browsers', 'created'],
      rows.map(({ subject, name, role, disabledAt, browsers, createdAt }) => [
        subject,
        name,
        role,
        disabledAt === null ? 'enabled' : 'disabled',
        String(browsers),
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
  await changeUser(settings, subject, { role });
}

export async function disableUser(settings: Settings, subject: string): Promise<void> {
  await changeUser(settings, subject, { disabled: true });
}

export async function enableUser(settings: Settings, subject: string): Promise<void> {
  await changeUser(settings, subject, { disabled: false });
}

export async function signOutUser(settings: Settings, subject: string, options: { tokens?: boolean }): Promise<void> {
  await withServices(settings, async ({ users }) => {
    const { id } = await users.bySubject(subject);
    const ended = await users.signOut(COMMAND_LINE, id, { tokens: options.tokens === true });
    const tokens = options.tokens ? ` and ${ended.tokens} tokens` : '; API tokens stay valid (--tokens ends them too)';
    print(`${subject}: ended ${ended.browsers} browser sessions${tokens}`);
  });
}

export async function setUserQuota(settings: Settings, subject: string, quota: string): Promise<void> {
  const dailyQuota = quota === 'none' ? null : Number(quota);
  if (dailyQuota !== null && !(/^\d+$/.test(quota) && dailyQuota <= MAX_DAILY_QUOTA)) {
    throw new ConfigError(`a quota is a whole number of questions a day, at most ${MAX_DAILY_QUOTA}, or none`);
  }
  await withServices(settings, async ({ users }) => {
    const { id } = await users.bySubject(subject);
    await users.change(COMMAND_LINE, id, { dailyQuota });
    print(`${subject} may ask ${dailyQuota === null ? 'as much as they like' : `${dailyQuota} a day`}`);
  });
}

async function changeUser(settings: Settings, subject: string, change: UserChange): Promise<void> {
  await withServices(settings, async ({ users }) => {
    const { id } = await users.bySubject(subject);
    const { role, disabledAt } = await users.change(COMMAND_LINE, id, change);
    print(`${subject} is ${role}, ${disabledAt === null ? 'enabled' : 'disabled'}`);
  });
}
