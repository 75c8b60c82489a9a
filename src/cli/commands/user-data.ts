import { ConfigError } from '../../config/load.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import type { CommandContext } from '../context.ts';
import { withServices } from './with-services.ts';

/** Prints everything that is stored about a user, as JSON. */
export async function exportUserData(context: CommandContext, subject: string): Promise<void> {
  await withServices(context, async ({ users }) => {
    const { id } = await users.bySubject(subject);
    await context.terminal.printJsonPieces(await users.export(COMMAND_LINE, id));
  });
}

/** Deletes a user with their questions and answers, and ends their conversation on the host. */
export async function deleteUser(context: CommandContext, subject: string, options: { yes?: boolean }): Promise<void> {
  if (options.yes !== true) {
    throw new ConfigError(
      `this deletes ${subject} and all that they said, for good; add --yes. \`paliadin user export\` makes a copy first`,
    );
  }
  await withServices(context, async ({ users }, { database }) => {
    const { id } = await users.bySubject(subject);
    const { turns, erased, conversations, conversationLeft } = await users.remove(COMMAND_LINE, id);
    context.terminal.print(`deleted ${subject} and ${turns} turns`);
    if (!erased)
      context.terminal.note(
        `somebody reads ${database} just now; ${database}-wal has what was deleted until they are done`,
      );
    if (conversationLeft !== null)
      context.terminal.note(
        `not all of their conversations on the host were ended; a gateway does it later: ${conversationLeft.message}`,
      );
    else if (conversations > 0) context.terminal.print('their conversations on the host have ended');
  });
}
