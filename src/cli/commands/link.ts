import type { Settings } from '../../config/settings.ts';
import { bracketed } from '../../config/sign-in/public-address.ts';
import { print } from '../../process/terminal.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import { withServices } from './with-services.ts';

/** Prints a link that signs in once. */
export async function createLink(settings: Settings, options: { user?: string }): Promise<void> {
  const {
    PALIADIN_OWNER: owner,
    PALIADIN_HOST: host,
    PALIADIN_PORT: port,
    PALIADIN_PUBLIC_URL: url,
  } = settings.config.values;
  await withServices(settings, async ({ users, credentials }) => {
    const { id } = await users.bySubject(options.user ?? owner);
    const code = await credentials.createCode(COMMAND_LINE, id);
    print(`${url ?? `http://${bracketed(host)}:${port}`}/#code=${code}`);
  });
}
