import { ConfigError } from '../../config/load.ts';
import { MAX_DAILY_QUOTA, type UserChange } from '../../contract/admin/users.ts';
import type { UserOverview } from '../../contract/records/user.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import { shellQuoted } from '../../setup/shell-quoted.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';
import { limitOf } from './limit.ts';
import { withServices } from './with-services.ts';

/** Lists known users, in the order in which they came, and what they may do. */
export async function listUsers(
  context: CommandContext,
  { json, search, after, limit }: { json?: boolean; search?: string; after?: string; limit: string },
): Promise<void> {
  await withServices(context, async ({ users }) => {
    const last = after === undefined ? undefined : (await users.bySubject(after)).id;
    const page = await users.list({ search, after: last, limit: limitOf(limit) });
    const rows = await Promise.all(
      page.users.map(async (user) => ({ ...user, browsers: await users.countBrowsers(user.id) })),
    );
    if (page.nextAfter !== null) {
      const { subject } = page.users.at(-1) as UserOverview;
      context.terminal.note(
        `there are more: --after ${shellQuoted(subject)} shows the next, --search <text> finds some`,
      );
    }
    if (json) return void context.terminal.printJson(rows);
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
    context.terminal.print(lines);
  });
}

export async function setUserRole(context: CommandContext, subject: string, role: string): Promise<void> {
  if (role !== 'admin' && role !== 'member') {
    throw new ConfigError(
      `a user is made admin or member, not ${JSON.stringify(role)}; PALIADIN_OWNER names the owner`,
    );
  }
  await changeUser(context, subject, { role });
}

export async function disableUser(context: CommandContext, subject: string): Promise<void> {
  await changeUser(context, subject, { disabled: true });
}

export async function enableUser(context: CommandContext, subject: string): Promise<void> {
  await changeUser(context, subject, { disabled: false });
}

export async function signOutUser(
  context: CommandContext,
  subject: string,
  options: { tokens?: boolean },
): Promise<void> {
  await withServices(context, async ({ users }) => {
    const { id } = await users.bySubject(subject);
    const ended = await users.signOut(COMMAND_LINE, id, { tokens: options.tokens === true });
    const tokens = options.tokens ? ` and ${ended.tokens} tokens` : '; API tokens stay valid (--tokens ends them too)';
    context.terminal.print(`${subject}: ended ${ended.browsers} browser sessions${tokens}`);
  });
}

export async function setUserQuota(context: CommandContext, subject: string, quota: string): Promise<void> {
  const dailyQuota = quota === 'none' ? null : Number(quota);
  if (dailyQuota !== null && !(/^\d+$/.test(quota) && dailyQuota <= MAX_DAILY_QUOTA)) {
    throw new ConfigError(`a quota is a whole number of questions a day, at most ${MAX_DAILY_QUOTA}, or none`);
  }
  await withServices(context, async ({ users }) => {
    const { id } = await users.bySubject(subject);
    await users.change(COMMAND_LINE, id, { dailyQuota });
    context.terminal.print(
      `${subject} may ask ${dailyQuota === null ? 'as much as they like' : `${dailyQuota} a day`}`,
    );
  });
}

async function changeUser(context: CommandContext, subject: string, change: UserChange): Promise<void> {
  await withServices(context, async ({ users }) => {
    const { id } = await users.bySubject(subject);
    const { role, disabledAt } = await users.change(COMMAND_LINE, id, change);
    context.terminal.print(`${subject} is ${role}, ${disabledAt === null ? 'enabled' : 'disabled'}`);
  });
}
