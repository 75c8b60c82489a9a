import { randomBytes } from 'node:crypto';
import { ConfigError } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import type { ApiToken } from '../../contract/records/sign-in.ts';
import { isScope, type Scope, scopes } from '../../contract/scopes.ts';
import { note, print, printJson } from '../../process/terminal.ts';
import { mintToken } from '../../store/secrets.ts';
import { table } from '../table.ts';
import { withStore } from './with-store.ts';
import { findUser } from './with-user.ts';

/** Prints the token alone on standard output, so that a script can take it; all else goes to standard error. */
export async function createToken(
  settings: Settings,
  options: { user: string; name: string; scopes: string; expires?: string },
): Promise<void> {
  const { user: subject, name } = options;
  const meant = scopesOf(options.scopes);
  const lifetimeMs = options.expires === undefined ? null : daysOf(options.expires) * DAY_MS;
  const { PALIADIN_OWNER: ownerSubject, PALIADIN_ACCESS: access } = settings.config.values;
  await withStore(settings, async ({ users, signIn }) => {
    const now = Date.now();
    const role = subject === ownerSubject ? 'owner' : 'member';
    const { user, created } = await users.ensure({ subject, role, now });
    const token = await mintToken(
      { signIn, random: randomBytes, now },
      { userId: user.id, name, scopes: meant, expiresAt: lifetimeMs === null ? null : now + lifetimeMs },
    );
    if (created) note(`created user ${subject} (${user.role})`);
    if (user.role !== 'owner' && access === 'owner' && meant.includes('ask')) {
      note('only the owner may ask now; set PALIADIN_ACCESS=users to let others ask too');
    }
    if (user.role === 'member' && meant.some((scope) => scope === 'admin' || scope === 'metrics')) {
      note(`${subject} is a member: the scopes admin and metrics count once they are an admin`);
    }
    print(token);
  });
}

/** Lists tokens by what is known of them; the secrets are not. */
export async function listTokens(settings: Settings, options: { user?: string; json?: boolean }): Promise<void> {
  await withStore(settings, async ({ users, signIn }) => {
    const user = options.user === undefined ? null : await findUser(users, options.user);
    const tokens = await signIn.tokens(user === null ? {} : { userId: user.id });
    const names = new Map((await users.list()).map(({ id, subject }) => [id, subject]));
    const rows = tokens.map((token) => ({ ...token, user: names.get(token.userId) ?? token.userId }));
    if (options.json) printJson(rows);
    else print(table(HEAD, rows.map(describe)));
  });
}

export async function revokeToken(settings: Settings, id: string): Promise<void> {
  await withStore(settings, async ({ users, signIn }) => {
    const token = await signIn.dropToken(id, { actor: 'cli', at: Date.now() });
    const user = await users.get(token.userId);
    print(`revoked the token ${token.id} (${token.name}) of ${user?.subject ?? token.userId}`);
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
