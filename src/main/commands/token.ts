import { randomBytes } from 'node:crypto';
import { mintToken } from '../../audit/secrets.ts';
import type { Settings } from './settings.ts';
import { withStore } from './with-store.ts';

/** Prints the token alone on standard output, so that a script can take it; all else goes to standard error. */
export async function createToken(
  settings: Settings,
  { user: subject, name }: { user: string; name: string },
): Promise<void> {
  const { PALIADIN_OWNER: ownerSubject, PALIADIN_ACCESS: access } = settings.config.values;
  await withStore(settings, async ({ users, signIn }) => {
    const now = Date.now();
    const role = subject === ownerSubject ? 'owner' : 'member';
    const { user, created } = await users.ensure({ subject, role, now });
    const token = await mintToken(
      { signIn, random: randomBytes, now },
      { userId: user.id, name, scopes: ['ask', 'read'], expiresAt: null },
    );
    if (created) process.stderr.write(`created user ${subject} (${user.role})\n`);
    if (user.role !== 'owner' && access === 'owner') {
      process.stderr.write('only the owner may ask now; set PALIADIN_ACCESS=users to let others ask too\n');
    }
    process.stdout.write(`${token}\n`);
  });
}
