import type { Settings } from '../../config/settings.ts';
import { print, printJson } from '../../process/terminal.ts';
import { withHost } from '../../setup/with-host.ts';
import { table } from '../table.ts';
import { withStore } from './with-store.ts';

/** Lists who has a conversation, and whether its terminal runs. */
export async function showSessions(settings: Settings, { json }: { json?: boolean }): Promise<void> {
  const known = await withStore(settings, (store) => store.sessions.list());
  const live = known.length === 0 ? [] : await withHost(settings, (host) => host.sessions());
  const rows = known.map(({ name, subject, host, generation, lastUsedAt }) => {
    const found = live.find(({ session }) => session === name);
    const state = found?.running ? 'answering' : found?.live ? 'idle' : 'not running';
    return { session: name, user: subject, host, conversation: generation, state, lastUsedAt };
  });
  if (json) return void printJson(rows);
  const lines = table(
    ['session', 'user', 'host', 'conversation', 'state', 'last used'],
    rows.map(({ session, user, host, conversation, state, lastUsedAt }) => [
      ...[session, user, host, String(conversation), state],
      new Date(lastUsedAt).toISOString(),
    ]),
  );
  print(lines);
}
