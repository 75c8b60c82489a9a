/**
 * Everything that is stored about one user, as one JSON document, written in pieces so that it is never in memory as a
 * whole.
 */

import type { User } from '../../contract/records/user.ts';
import type { Store } from '../../store/store.ts';
import { eachTurn } from '../pages.ts';

export async function* exportUser(
  store: Pick<Store, 'users' | 'turns' | 'events' | 'sessions' | 'signIn' | 'audit'>,
  user: User,
  exportedAt: number,
): AsyncGenerator<string> {
  const { id, subject, name, email, role, locale, createdAt, disabledAt, dailyQuota } = user;
  const sessions = await store.sessions.list({ userId: id });
  const tokens = (await store.signIn.tokens({ userId: id })).map(({ userId: _, ...token }) => token);
  const known = {
    exportedAt,
    user: { id, subject, name, email, role, locale, createdAt, disabledAt, dailyQuota },
    conversations: sessions.map((session) => without(session, 'userId', 'subject')),
    tokens,
  };
  yield `${JSON.stringify(known).slice(0, -1)},"turns":[`;
  let first = true;
  for await (const turn of eachTurn(store.turns, { userId: id })) {
    const decisions = await store.events.decided(turn.turnId);
    const kept = without(turn, 'userId', 'requestHash', 'fence');
    yield `${first ? '' : ',\n'}${JSON.stringify({ ...kept, decisions })}`;
    first = false;
  }
  yield `],"audit":${JSON.stringify(await store.audit.ofUser(id))}}\n`;
}

function without<T extends object, K extends keyof T>(from: T, ...names: K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name as K))) as Omit<T, K>;
}
