/** Carries connections to a port, until a test wants it otherwise. */
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TcpProxy {
  port: number;
  /** From now on nothing is carried, and nothing is closed: to both sides the network is silent. */
  stop(): void;
  /** New connections are carried again. Those that were silenced stay so. */
  go(): void;
  /**
   * The next connection that has sent `first`, and then sends `then` (with it or later), is cut as soon as the server
   * answers to that. The answer is lost. Resolves when that has happened.
   */
  cutAfter(first: string, then: string): Promise<void>;
}

export async function tcpProxy(to: number): Promise<TcpProxy> {
  let isSilent = false;
  let cut: { first: string; then: string; done(): void } | null = null;
  const sockets = new Set<Socket>();
  const connections: { isSilent: boolean }[] = [];

  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    const connection = { isSilent };
    connections.push(connection);
    const end = () => {
      if (connection.isSilent) return;
      client.destroy();
      upstream.destroy();
    };
    client.on('close', end);
    upstream.on('close', end);
    let isFirst = false;
    let isDoomed = false;
    client.on('data', (data) => {
      if (connection.isSilent) return;
      if (cut !== null) {
        isFirst ||= data.includes(cut.first);
        isDoomed ||= isFirst && data.includes(cut.then);
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (connection.isSilent) return;
      if (!isDoomed) return void client.write(data);
      cut?.done();
      cut = null;
      client.destroy();
      upstream.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (server.address() as { port: number }).port,
    stop() {
      isSilent = true;
      for (const connection of connections) connection.isSilent = true;
    },
    go() {
      isSilent = false;
    },
    cutAfter(first, then) {
      const { promise, resolve } = Promise.withResolvers<void>();
      cut = { first, then, done: resolve };
      return promise;
    },
  };
}
