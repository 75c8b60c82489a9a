import { bracketed } from '../../config/sign-in/public-address.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import type { CommandContext } from '../context.ts';
import { withServices } from './with-services.ts';

/** Prints a link that signs in once. */
export async function createLink(context: CommandContext, options: { user?: string }): Promise<void> {
  const {
    PALIADIN_OWNER: owner,
    PALIADIN_HOST: host,
    PALIADIN_PORT: port,
    PALIADIN_PUBLIC_URL: url,
  } = context.config.values;
  await withServices(context, async ({ users, credentials }) => {
    const { id } = await users.bySubject(options.user ?? owner);
    const code = await credentials.createCode(COMMAND_LINE, id);
    context.terminal.print(`${url ?? `http://${bracketed(host)}:${port}`}/#code=${code}`);
  });
}
