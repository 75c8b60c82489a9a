import { ConfigError } from '../../config/load.ts';
import { sessionPlace } from '../../contract/admin/sessions.ts';
import { COMMAND_LINE } from '../../services/actor.ts';
import type { SessionOverview } from '../../services/sessions/sessions.ts';
import { withHost } from '../../setup/with-host.ts';
import type { CommandContext } from '../context.ts';
import { table } from '../table.ts';
import { chooseHost, reachableHosts } from './hosts.ts';
import { limitOf } from './limit.ts';
import { withServices } from './with-services.ts';

/** Lists conversations, those used last first, and whether their terminals run. */
export async function showSessions(
  context: CommandContext,
  { json, user, limit, before }: { json?: boolean; user?: string; limit: string; before?: string },
): Promise<void> {
  await withServices(context, async ({ sessions, users }) => {
    const userId = user === undefined ? undefined : (await users.bySubject(user)).id;
    const page = await sessions.list({ userId, before: placeIn(before), limit: limitOf(limit) });
    const rows = page.sessions.map((session) => ({
      session: session.name,
      user: session.user.subject,
      host: session.host,
      conversation: session.generation,
      state: stateOf(session),
      lastUsedAt: session.lastUsedAt,
    }));
    if (page.nextBefore !== null) context.terminal.note(`there are more: --before ${page.nextBefore} shows the next`);
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

/** Moves a user's conversation to another host. It must be idle: only the gateway can stop a turn. */
export async function moveSession(context: CommandContext, user: string, host: string): Promise<void> {
  const moved = await withServices(context, async ({ sessions, hostList }) => {
    const session = await sessions.find(user);
    const to = chooseHost(reachableHosts(context, await hostList.list()), host);
    if (to.listed?.enabled === false) {
      throw new ConfigError(`${host} is disabled; \`paliadin host resume ${host}\` lets it take questions`);
    }
    await withHost(context, to.listed, (channel) => channel.health(null));
    return await sessions.move(COMMAND_LINE, session, host);
  });
  context.terminal.print([
    `${moved.name} is on ${moved.host} now. With the next question it begins anew there, and gets the last questions and answers.`,
  ]);
}

function placeIn(before: string | undefined): string | undefined {
  if (before === undefined || sessionPlace.safeParse(before).success) return before;
  throw new ConfigError(`--before is ${JSON.stringify(before)}: give what the page before named`);
}

function stateOf({ live, running, waiting }: SessionOverview): string {
  if (running !== null) return waiting ? 'waiting for an answer' : 'answering';
  if (live === null) return 'unknown';
  return live ? 'idle' : 'not running';
}
