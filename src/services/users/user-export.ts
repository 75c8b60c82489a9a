/**
 * Everything that is stored about one user, as one JSON document, written in pieces so that it is never in memory as a
 * whole.
 */

import type { Attachment } from '../../contract/attachment.ts';
import type { User } from '../../contract/records/user.ts';
import type { Store } from '../../store/store.ts';
import { eachTurn, PAGE, pages } from '../pages.ts';

export async function* exportUser(
  store: Pick<Store, 'attachments' | 'users' | 'turns' | 'events' | 'appTools' | 'sessions' | 'signIn' | 'audit'>,
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
    const toolCalls = (await store.appTools.ofTurn(turn.turnId)).map((call) => without(call, 'turnId'));
    const attachments: object[] = [];
    for (const file of turn.attachments) attachments.push({ ...file, content: await base64Of(store, file) });
    const kept = without(turn, 'userId', 'requestHash', 'fence');
    yield `${first ? '' : ',\n'}${JSON.stringify({ ...kept, attachments, decisions, toolCalls })}`;
    first = false;
  }
  yield '],"audit":[';
  const rows = pages((after: number = 0) => store.audit.ofUser(id, { after, limit: PAGE }), { next: ({ seq }) => seq });
  let separator = '';
  for await (const row of rows) {
    yield separator + JSON.stringify(row);
    separator = ',\n';
  }
  yield ']}\n';
}

/** One file at a time. */
async function base64Of(store: Pick<Store, 'attachments'>, { id, size }: Attachment): Promise<string> {
  const pieces: Uint8Array[] = [];
  for (let have = 0; have < size; ) {
    const piece = await store.attachments.piece(id, pieces.length);
    if (piece === null) break; // deleted meanwhile
    pieces.push(piece);
    have += piece.length;
  }
  return Buffer.concat(pieces).toString('base64');
}

function without<T extends object, K extends keyof T>(from: T, ...names: K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name as K))) as Omit<T, K>;
}
