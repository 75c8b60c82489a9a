/**
 * Another process holds the database's write lock: a backup that hangs, a person in the middle of a transaction. Reads
 * go on, a new question is refused soon, and what the agent answers meanwhile is stored afterwards.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const running = useGateway();

test('F31: while another process locks the store reads go on, questions get 503, and no answer is lost', async () => {
  const gateway = running();
  const owner = await somebody(gateway);
  const turn = await owner.ask('demo hold rest');
  await owner.until(turn.turnId, 'chunk');

  const release = hold(gateway.stateDir);
  await owner.release('rest');
  const health = watchHealth(gateway.url);
  const body = { message: 'demo at once' };
  const ask = () => owner.call('POST', '/api/turns', { body, headers: { 'idempotency-key': 'one' } });
  const refused = await ask();
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'store_unavailable', retryable: true });
  const unready = { ready: false, reasons: [{ part: 'store', code: 'store_unavailable' }] };
  await expect.poll(async () => (await fetch(`${gateway.url}/readyz`)).json()).toMatchObject(unready);

  expect((await owner.me()).session.name).toBe(owner.session);
  expect((await owner.history()).turns).toMatchObject([{ turnId: turn.turnId, finishedAt: null }]);
  const seen = owner.events(turn.turnId);
  expect((await seen.next()).value).toMatchObject({ event: { type: 'accepted' } });
  expect(await health.longestMs()).toBeLessThan(2000); // it was as long as the store was held

  release();
  const finished = await owner.finished(turn.turnId);
  expect(finished).toMatchObject({ status: 'completed', error: null });
  const rest = await Array.fromAsync(seen);
  const text = rest.reduce(
    (text, { event }) => (event.type === 'chunk' ? text.slice(0, event.offset) + event.text : text),
    '',
  );
  expect(text).toBe(finished.response);
  expect(await owner.timesReceived(turn.turnId)).toBe(1);
  expect((await ask()).status).toBe(202);
  await owner.goesOn();
});

test('F31: a gateway stops normally while another process locks the store; no answer is lost', async () => {
  const gateway = running();
  const ben = await somebody(gateway, 'ben');
  const turn = await ben.ask('demo hold rest');
  await ben.until(turn.turnId, 'chunk');
  const release = hold(gateway.stateDir);
  await ben.release('rest');
  expect(await gateway.end('SIGTERM')).toBe(0); // 1: it was given up
  release();
  await gateway.start();
  expect(await ben.finished(turn.turnId)).toMatchObject({ status: 'completed' });
  expect(await ben.timesReceived(turn.turnId)).toBe(1);
});

/** Returns how to let go. */
function hold(stateDir: string): () => void {
  const db = new DatabaseSync(join(stateDir, 'paliadin.db'));
  onTestFinished(() => db.close());
  db.exec('pragma busy_timeout = 5000');
  db.exec('begin immediate');
  return () => db.exec('rollback');
}

/** Asks again and again whether the process lives. */
function watchHealth(url: string): { longestMs(): Promise<number> } {
  let over = false;
  let longest = 0;
  onTestFinished(() => {
    over = true;
  });
  const watching = (async () => {
    while (!over) {
      const from = performance.now();
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      longest = Math.max(longest, performance.now() - from);
    }
  })();
  return {
    async longestMs() {
      over = true;
      await watching;
      return longest;
    },
  };
}
