import { expect, onTestFinished, test } from 'vitest';
import { lockForGateway } from '../../../src/store/open.ts';
import { startServer } from '../../support/postgres.ts';

test('one gateway at a time holds a database, and learns of it when another has taken it', async () => {
  const server = await startServer();
  onTestFinished(() => server.kill());
  const url = await server.newDatabase();
  const lost = Promise.withResolvers<void>();
  const first = await lockForGateway(url, { waitMs: 0, onLost: lost.resolve, patienceMs: 0 });
  expect(await lockForGateway(url, { waitMs: 0 })).toBeNull();
  expect(
    await lockForGateway(await server.newDatabase(), { waitMs: 0 }).then((release) => release?.()),
  ).toBeUndefined();

  await server.kill();
  await expect(lockForGateway(url, { waitMs: 0 })).rejects.toMatchObject({
    code: 'store_unavailable',
    detail: expect.stringMatching(/^postgres:\/\/paliadin@127.0.0.1:.*ECONNREFUSED.*; see whether the server runs/),
  });
  await server.start();
  const second = await lockForGateway(url, { waitMs: 0 });
  await lost.promise;
  await first?.();
  await second?.();
  const third = await lockForGateway(url, { waitMs: 5_000 });
  expect(third).not.toBeNull();
  await third?.();
});
