import type { SessionOverview } from '../../services/sessions/sessions.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';
import { withServices } from './with-services.ts';

/** Lists the users who have a conversation, and whether its terminal runs. */
export async function showSessions(context: CommandContext, { json }: { json?: boolean }): Promise<void> {
  await withServices(context, async ({ sessions }) => {
    const rows = (await sessions.list()).map((session) => ({
      session: session.name,
      user: session.user.subject,
      host: session.host,
      conversation: session.generation,
      state: stateOf(session),
      lastUsedAt: session.lastUsedAt,
    }));
    if (json) return void context.terminal.printJson(rows);
    const lines = table(
      ['session', 'user', 'host', 'conversation', 'state', 'last used'],
      rows.map(({ session, user, host, conversation, state, lastUsedAt }) => [
        session,
        user,
        host,
        String(conversation),
        state,
        new Date(lastUsedAt).toISOString(),
      ]),
    );
    context.terminal.print(lines);
  });
}

function stateOf({ live, running, waiting }: SessionOverview): string {
  if (running !== null) return waiting ? 'waiting for an answer' : 'answering';
  if (live === null) return 'unknown';
  return live ? 'idle' : 'not running';
}
