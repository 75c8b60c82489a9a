import { ConfigError } from '../../config/load.ts';
import type { ApiToken } from '../../contract/records/sign-in.ts';
import { isScope, type Scope, scopes } from '../../contract/scopes.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';
import { limitOf } from './limit.ts';
import { withServices } from './with-services.ts';

/** Prints only the token on standard output, so that a script can read it; everything else goes to standard error. */
export async function createToken(
  context: CommandContext,
  options: { user: string; name: string; scopes: string; expires?: string },
): Promise<void> {
  const token = {
    subject: options.user,
    name: options.name,
    scopes: scopesOf(options.scopes),
    lifetimeMs: options.expires === undefined ? null : daysOf(options.expires) * DAY_MS,
  };
  await withServices(context, async ({ credentials }) => {
    const { secret, user, created, withoutEffect } = await credentials.createToken(COMMAND_LINE, token);
    if (created) context.terminal.note(`created user ${user.subject} (${user.role})`);
    for (const { scope, why } of withoutEffect) context.terminal.note(`the scope ${scope} has no effect yet: ${why}`);
    context.terminal.print(secret);
  });
}

/** Lists tokens with what is known about them, without the secrets. */
export async function listTokens(
  context: CommandContext,
  options: { user?: string; json?: boolean; limit: string },
): Promise<void> {
  const limit = limitOf(options.limit);
  await withServices(context, async ({ users, credentials }) => {
    const user = options.user === undefined ? null : await users.bySubject(options.user);
    const found = await credentials.tokens({ userId: user?.id, limit: limit + 1 });
    const rows = found.slice(0, limit);
    if (found.length > limit) {
      context.terminal.note('there are more: --limit <number> shows more of them, --user <name> those of one user');
    }
    if (options.json) context.terminal.printJson(rows);
    else context.terminal.print(table(HEAD, rows.map(describe)));
  });
}

export async function revokeToken(context: CommandContext, id: string): Promise<void> {
  await withServices(context, async ({ credentials }) => {
    const token = await credentials.revokeToken(COMMAND_LINE, id);
    context.terminal.print(`revoked the token ${token.id} (${token.name}) of ${token.user}`);
  });
}

const HEAD = ['id', 'user', 'name', 'scopes', 'created', 'last used', 'expires'];
const DAY_MS = 24 * 3_600_000;

function describe({ id, user, name, scopes, createdAt, lastUsedAt, expiresAt }: ApiToken & { user: string }): string[] {
  return [id, user, name, scopes.join(','), day(createdAt), day(lastUsedAt) || 'never', day(expiresAt) || 'never'];
}

function day(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString();
}

function scopesOf(words: string): Scope[] {
  const given = words.split(/[\s,]+/).filter((word) => word !== '');
  const known = given.filter(isScope);
  if (known.length > 0 && known.length === given.length) return known;
  throw new ConfigError(`--scopes is ${JSON.stringify(words)}: some of ${scopes.join(', ')}, with commas between them`);
}

function daysOf(written: string): number {
  const days = /^(\d{1,4})d$/.exec(written)?.[1];
  if (days !== undefined && Number(days) > 0) return Number(days);
  throw new ConfigError(`--expires is ${JSON.stringify(written)}: a number of days such as 90d`);
}
