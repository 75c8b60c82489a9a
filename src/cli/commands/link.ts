import { randomBytes } from 'node:crypto';
import type { Settings } from '../../config/settings.ts';
import { bracketed } from '../../config/sign-in/public-address.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { print } from '../../process/terminal.ts';
import { mintSignInCode } from '../../store/secrets.ts';
import { withStore } from './with-store.ts';

/** Prints a link that signs in once. */
export async function createLink(settings: Settings, options: { user?: string }): Promise<void> {
  const {
    PALIADIN_OWNER: owner,
    PALIADIN_HOST: host,
    PALIADIN_PORT: port,
    PALIADIN_PUBLIC_URL: url,
  } = settings.config.values;
  await withStore(settings, async ({ users, signIn }) => {
    const user = await users.bySubject(options.user ?? owner);
    if (user === null) throw new PaliadinError('not_found', `there is no user ${options.user ?? owner} yet`);
    const code = await mintSignInCode({ signIn, random: randomBytes, now: Date.now() }, user.id);
    print(`${url ?? `http://${bracketed(host)}:${port}`}/#code=${code}`);
  });
}
