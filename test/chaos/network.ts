/** The network between gateway and sshd: a proxy that can fall silent, as behind a dead router, or break all connections. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Network {
  readonly port: number;
  /** Passes nothing on from now. Connections stay open, and new ones are accepted. */
  silence(): void;
  resume(): void;
  cut(): void;
  close(): Promise<void>;
}

export async function startNetwork(target: number): Promise<Network> {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((client) => {
    const host = connect(target, '127.0.0.1');
    pass(client, host);
    pass(host, client);
  });

  function pass(from: Socket, to: Socket): void {
    sockets.add(from);
    if (silent) from.pause();
    from.on('data', (bytes) => {
      if (!to.write(bytes)) from.pause();
    });
    to.on('drain', () => {
      if (!silent) from.resume();
    });
    from.on('error', () => {}); // the end comes as `close`
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      silent = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      silent = false;
      for (const socket of sockets) socket.resume();
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
