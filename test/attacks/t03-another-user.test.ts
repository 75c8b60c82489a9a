/**
 * T3. A user looks for another user's data: by ids that they guess or have seen, and as a user whose own id begins
 * with the same digits, so that a name made of its first digits would collide. And one user's terminal is killed
 * while the other's works.
 *
 * Verified with a real gateway, tmux and agents: each user has a conversation, tmux server and agent of their own;
 * another's turn is answered with 404 on every route, and so are its events; killing one user's pane while a question
 * is being typed leaves the other's answer as it is.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { type Somebody, somebody } from '../faults/somebody.ts';
import type { ApiClient } from '../support/api-client.ts';
import { useGateway } from '../support/use-gateway.ts';

const gateway = useGateway();

/** Makes users as an attacker with luck in the lottery of ids would get one. */
async function withIds(...people: [subject: string, id: string][]): Promise<void> {
  const ids = people.map(([, id]) => id);
  const store = await openSqliteStore(join(gateway().stateDir, 'paliadin.db'), { newId: () => ids.shift() as string });
  onTestFinished(() => store.close());
  for (const [subject] of people) await store.users.ensure({ subject, now: Date.now() });
}

test('T3: users whose ids begin alike share no session, agent or conversation', async () => {
  await withIds(
    ['anna', 'abcd1234-1111-4111-8111-111111111111'],
    ['eve', 'abcd1234-1111-4111-8111-111111111112'],
    ['eva', 'abcd1234-2111-4111-8111-111111111111'],
  );
  const people = [];
  for (const subject of ['anna', 'eve', 'eva']) people.push(await somebody(gateway(), subject));
  expect(new Set(people.map(({ session }) => session)).size).toBe(3);
  const [anna, eve, eva] = people as [Somebody, Somebody, Somebody];
  await anna.answer('demo echo my secret is 4711');
  for (const other of [eve, eva]) {
    const turn = await other.answer('demo memory');
    expect(turn).toMatchObject({ status: 'completed', rowsSeen: 0 });
    expect(turn.response).not.toContain('4711');
  }
  const servers = await Promise.all(people.map((person) => person.tmux('display-message', '-p', '#{pid} #{pane_pid}')));
  expect(new Set(servers.flatMap((pids) => pids.split(' '))).size).toBe(6);
  for (const { session, tmux } of people) expect(await tmux('list-sessions', '-F', '#{session_name}')).toBe(session);
});

test('T3: another user’s turn is not found on any route', async () => {
  const ben = await gateway().as('ben');
  const eve = await gateway().as('eve2');
  const turn = await ben.answer('demo echo the secret of case 42');
  const held = await ben.ask('demo hold ben');
  const guessed = [turn.turnId, held.turnId, randomUUID(), '00000000-0000-4000-8000-000000000000'];
  for (const turnId of guessed) {
    const ways: [string, string, unknown?][] = [
      ['GET', `/api/turns/${turnId}`],
      ['GET', `/api/turns/${turnId}/events`],
      ['GET', `/api/turns?before=${turnId}`],
      ['POST', `/api/turns/${turnId}/cancel`],
      ['POST', `/api/turns/${turnId}/feedback`, { rating: 'down' }],
      ['POST', `/api/turns/${turnId}/approvals/approval-1`, { option: 'allow' }],
    ];
    const said = [];
    for (const [method, path, body] of ways) {
      const response = await eve.call(method, path, body === undefined ? {} : { body });
      const text = await response.text();
      said.push([method, response.status]);
      expect([path, response.status]).toEqual([path, path.includes('?') ? expect.toBeOneOf([200, 404]) : 404]);
      expect(text).not.toContain('case 42');
      if (response.status === 200) expect(JSON.parse(text).turns).toEqual([]);
    }
    // What is another's and what is nobody's can't be told apart.
    expect(said).toEqual(await howItIsForNobodys(eve, ways));
  }
  // The same key is another question when another asks.
  const key = { key: 'the-same-key' };
  const [bens, eves] = [await ben.ask('demo at once', key), await eve.ask('demo at once', key)];
  expect(eves.turnId).not.toBe(bens.turnId);
  expect(await eve.history()).toMatchObject({ turns: [{ turnId: eves.turnId }] });
  expect(await ben.turn(held.turnId)).toMatchObject({ status: 'running', feedback: null });
  await ben.cancel(held.turnId);
});

test('T3: an event stream has no events of another user', async () => {
  const [carl, eve] = [await gateway().as('carl'), await gateway().as('eve3')];
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await eve.call('GET', '/api/events?after=0', { signal: abort.signal });
  expect(response.status).toBe(200);
  await carl.answer('demo echo the secret of case 42');
  const own = await eve.answer('demo at once');
  let heard = '';
  for await (const text of (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(
    new TextDecoderStream(),
  )) {
    heard += text;
    if (heard.includes('event: finished')) break;
  }
  expect(heard).toContain(own.turnId);
  expect(heard).not.toContain('case 42');
  expect([...heard.matchAll(/"turnId":"([^"]+)"/g)].every(([, id]) => id === own.turnId)).toBe(true);
});

test('T3: killing one user’s pane while a question is typed leaves the other’s answer complete', async () => {
  const [dora, eve] = [await somebody(gateway(), 'dora'), await somebody(gateway(), 'eve4')];
  await Promise.all([dora.answer('demo at once'), eve.answer('demo at once')]);
  const held = await dora.ask('demo hold dora');
  await dora.until(held.turnId, 'chunk');
  // Before it is typed, while it is, and once the agent has it: eve's tmux server, and with it her pane, is gone.
  for (const event of ['accepted', 'delivering', 'chunk'] as const) {
    await eve.goesOn();
    const pid = Number(await eve.tmux('display-message', '-p', '#{pid}'));
    const { turnId } = await eve.ask(`demo hold eve\n${'x'.repeat(90_000)}`);
    await eve.until(turnId, event);
    process.kill(pid, 'SIGKILL');
    if (event === 'chunk') expect(await eve.finished(turnId)).toMatchObject({ error: { code: 'agent_stopped' } });
    else await eve.cancel(turnId);
    expect(await eve.timesReceived(turnId)).toBeLessThanOrEqual(1);
  }
  expect(await dora.turn(held.turnId)).toMatchObject({ status: 'running', error: null });
  await dora.release('dora');
  expect(await dora.finished(held.turnId)).toMatchObject({ status: 'completed', error: null });
  expect((await gateway().prompts(dora.session)).map(({ message }) => message)).toEqual([
    'demo at once',
    'demo hold dora',
  ]);
  await dora.goesOn();
  await eve.goesOn();
});

async function howItIsForNobodys(eve: ApiClient, ways: [string, string, unknown?][]) {
  const nobodys = randomUUID();
  const said = [];
  for (const [method, path, body] of ways) {
    const response = await eve.call(method, path.replace(/[0-9a-f-]{36}/, nobodys), body === undefined ? {} : { body });
    said.push([method, response.status]);
  }
  return said;
}
