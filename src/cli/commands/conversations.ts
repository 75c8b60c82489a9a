import { ConfigError } from '../../config/load.ts';
import { conversationPatch } from '../../contract/api.ts';
import type { Conversation } from '../../contract/records/session.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';
import { withServices } from './with-services.ts';

/** Lists a user's conversations, last used first. Titles are what the user asked or wrote. */
export async function listConversations(
  context: CommandContext,
  subject: string,
  { json }: { json?: boolean },
): Promise<void> {
  await withServices(context, async ({ users, conversations }) => {
    const { id } = await users.bySubject(subject);
    const found = await conversations.list(COMMAND_LINE, id);
    if (json) return void context.terminal.printJson(found.map(describe));
    context.terminal.print(
      table(
        ['conversation', 'state', 'host', 'last used', 'title'],
        found.map(({ name, state, archivedAt, host, lastUsedAt, title }) => [
          name,
          archivedAt === null ? state : 'archived',
          host,
          new Date(lastUsedAt).toISOString(),
          title ?? '',
        ]),
      ),
    );
  });
}

export async function renameConversation(
  context: CommandContext,
  subject: string,
  name: string,
  written: string,
): Promise<void> {
  const { data } = conversationPatch.safeParse({ title: written });
  if (data === undefined)
    throw new ConfigError('a title is one line of 1 to 200 characters, without control characters');
  const { title } = data;
  await withServices(context, async ({ users, conversations }) => {
    const { id } = await users.bySubject(subject);
    await conversations.change(COMMAND_LINE, id, name, { title });
  });
  context.terminal.print(`renamed ${name}`);
}

export async function archiveConversation(
  context: CommandContext,
  subject: string,
  name: string,
  { undo = false }: { undo?: boolean },
): Promise<void> {
  await withServices(context, async ({ users, conversations }) => {
    const { id } = await users.bySubject(subject);
    await conversations.change(COMMAND_LINE, id, name, { archived: !undo });
  });
  context.terminal.print(undo ? `took ${name} out of the archive` : `archived ${name}`);
}

/** Deletes a conversation, which has to be idle: only the gateway can stop a turn. */
export async function deleteConversation(
  context: CommandContext,
  subject: string,
  name: string,
  { yes }: { yes?: boolean },
): Promise<void> {
  if (yes !== true) throw new ConfigError(`this deletes ${name} and all that was said in it, for good; add --yes`);
  await withServices(context, async ({ users, conversations }, { database }) => {
    const { id } = await users.bySubject(subject);
    const { turns, erased, left } = await conversations.remove(COMMAND_LINE, id, name);
    context.terminal.print(`deleted ${name} and ${turns} turns`);
    if (!erased)
      context.terminal.note(
        `somebody reads ${database} just now; ${database}-wal has what was deleted until they are done`,
      );
    for (const error of left) {
      context.terminal.note(`its host still has files of it; a gateway has them deleted later: ${error.message}`);
    }
  });
}

function describe({ name, userId: _, ...conversation }: Conversation) {
  return { sessionId: name, ...conversation };
}
