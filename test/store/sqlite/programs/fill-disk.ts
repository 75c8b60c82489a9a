/** Accepts questions until the disk that holds the store is full, then prints as JSON what the store can still do. */
import { randomBytes, randomUUID } from 'node:crypto';
import { PaliadinError } from '../../../../src/contract/errors.ts';
import { openSqliteStore } from '../../../../src/store/sqlite/open.ts';

const store = await openSqliteStore(process.argv[2] as string);
const { user } = await store.users.ensure({ subject: 'anna', now: 1 });
const session = await store.sessions.ofUser(user, { prefix: 'test', host: 'local', now: 1 });

const insert = () =>
  store.turns.insert({
    turnId: randomUUID(),
    userId: user.id,
    sessionId: 'chat',
    agentSession: session.name,
    generation: 1,
    host: 'local',
    idempotencyKey: null,
    requestHash: '',
    message: randomBytes(8000).toString('hex'),
    pageOrigin: null,
    context: null,
    locale: null,
    startedAt: 1,
  });

let accepted = 0;
let refused: unknown = null;
while (refused === null) refused = await insert().then(counted, told);
// A few times more, as a gateway would be asked: it must stay in order.
for (let i = 0; i < 3; i++) refused = await insert().then(() => null, told);
// There may still be room for something as small as this, for a while.
let check: unknown = null;
for (let i = 0; check === null && i < 1000; i++) check = await store.check().then(() => null, told);
const kept = (await store.turns.list({ limit: 1000 })).length;
const events = (await store.events.after({ userId: user.id, after: 0, limit: 1000 })).length;
console.log(JSON.stringify({ accepted, refused, check, kept, events }));

function counted(): null {
  accepted++;
  return null;
}

function told(error: unknown): unknown {
  if (!(error instanceof PaliadinError)) throw error;
  return { code: error.code, detail: error.detail };
}
