/**
 * Opens the store named by the first argument, as the user that the second names, and prints what it got
 * as JSON: for tests with several processes.
 */
import { randomUUID } from 'node:crypto';
import { PaliadinError } from '../../../../src/contract/errors.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/open.ts';

// Once everything is loaded, which the other account might not be allowed to.
if (process.argv[3] !== undefined) process.setuid?.(Number(process.argv[3]));

try {
  const store = await openSqliteStore(process.argv[2] as string);
  const { user } = await store.users.ensure({ subject: 'anna', now: 1 });
  const session = await store.sessions.ofUser(user, { prefix: 'test', host: 'local', now: 1 });
  const { turn, inserted } = await store.turns.insert({
    turnId: randomUUID(),
    userId: user.id,
    sessionId: 'chat',
    agentSession: session.name,
    generation: 1,
    host: 'local',
    idempotencyKey: 'same',
    requestHash: '',
    message: 'x',
    pageOrigin: null,
    context: null,
    locale: null,
    startedAt: 1,
  });
  const fence = (await store.turns.takeUp(turn.turnId, 1))?.fence;
  console.log(JSON.stringify({ user: user.id, session: session.name, fence, turn: turn.turnId, inserted }));
  await store.close();
} catch (error) {
  if (!(error instanceof PaliadinError)) throw error;
  console.log(JSON.stringify({ code: error.code, detail: error.detail }));
}
