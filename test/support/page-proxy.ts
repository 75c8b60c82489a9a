/**
 * What may be between a page and its gateway, and fail: it stops forwarding without closing anything, answers
 * in the gateway's place, or buffers what it should pass on.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { createGzip } from 'node:zlib';

export interface FreezingProxy {
  readonly url: string;
  /** Where it leads; set once that listens. */
  target: string;
  /** Whether anything passes. What is under way stays open, and what is new is taken and not passed on. */
  freeze(frozen: boolean): void;
  close(): Promise<void>;
}

/** On the level of TCP, so that no header tells of it. */
export async function startFreezingProxy(): Promise<FreezingProxy> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const hold = (socket: Socket) => {
    sockets.add(socket);
    if (frozen) socket.pause();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createTcpServer((incoming) => {
    const { hostname, port } = new URL(proxy.target);
    const outgoing = connect(Number(port), hostname);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      // By hand: a pipe would set a paused socket going again.
      from.on('data', (piece) => to.write(piece));
      from.on('close', () => to.destroy());
      hold(from);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FreezingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    freeze(now) {
      frozen = now;
      for (const socket of sockets) {
        if (now) socket.pause();
        else socket.resume();
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

export interface PageProxy {
  readonly url: string;
  target: string;
  /** Answers in the gateway's place; null or `false` where the gateway answers. */
  answer: ((request: IncomingMessage, response: ServerResponse) => unknown) | null;
  /** What becomes of an event stream. `compress` packs it and waits for more; `hold` waits for its end, headers included. */
  streams: 'pass' | 'compress' | 'hold';
  /** Ends all that is open. */
  cut(): void;
  close(): Promise<void>;
}

/** On the level of HTTP. */
export async function startPageProxy(): Promise<PageProxy> {
  const server = createServer((incoming, outgoing) => {
    outgoing.on('error', () => outgoing.destroy());
    if ((proxy.answer?.(incoming, outgoing) ?? false) !== false) return;
    const { hostname, port } = new URL(proxy.target);
    const { headers, method, url: path } = incoming;
    const passed = request({ hostname, port, method, path, headers }, (response) => {
      const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
      const status = response.statusCode ?? 502;
      if (isStream && proxy.streams === 'hold') {
        const pieces: Buffer[] = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('end', () => outgoing.writeHead(status, response.headers).end(Buffer.concat(pieces)));
      } else if (isStream && proxy.streams === 'compress') {
        outgoing.writeHead(status, { ...response.headers, 'content-encoding': 'gzip' });
        outgoing.flushHeaders();
        response.pipe(createGzip()).pipe(outgoing);
      } else {
        outgoing.writeHead(status, response.headers);
        response.pipe(outgoing);
      }
      response.on('error', () => outgoing.destroy());
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: PageProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    answer: null,
    streams: 'pass',
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
