import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { runServer } from './running-server.ts';

test('connections that never sent a request do not delay closing', async () => {
  const server = await runServer();
  const opened = connect(server.port, '127.0.0.1');
  await once(server.app.server, 'connection');
  const ended = once(opened, 'close');
  const began = performance.now();
  await server.app.close();
  await ended;
  // Whoever asks something is given three seconds.
  expect(performance.now() - began).toBeLessThan(1500);
});
