/** A host with demo agents, served on a socket as the daemon does it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Host } from '../../src/contract/host.ts';
import { serveHost } from '../../src/transport/serve-host.ts';
import { temporaryDirectory } from '../support/temporary.ts';

/** Serves whatever `serve` does with each caller; returns how to call. */
export async function listen(serve: (caller: Socket) => void): Promise<() => Promise<Socket>> {
  const { path, remove } = await temporaryDirectory();
  const callers = new Set<Socket>();
  const server = createServer((caller) => {
    callers.add(caller.on('error', () => {}));
    serve(caller);
  });
  const socket = join(path, 'socket');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(async () => {
    for (const caller of callers) caller.destroy();
    await new Promise((resolve) => server.close(resolve));
    await remove();
  });
  return async () => {
    const caller = connect(socket).on('error', () => {});
    await once(caller, 'connect');
    onTestFinished(() => void caller.destroy());
    return caller;
  };
}

export function listenFor(host: Host): Promise<() => Promise<Socket>> {
  return listen((caller) => void serveHost(host, caller));
}

/** Speaks JSON-RPC by hand: sends each message, and waits for the answer to it. */
export function byHand(socket: Socket) {
  const answers = new Map<unknown, (answer: { result?: unknown; error?: { code: number } }) => void>();
  let rest = '';
  socket.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line);
      answers.get(message.id)?.(message);
    }
  });
  let calls = 0;
  /** Sends the line as it is; resolves with the answer to `id`. */
  function send(line: string, id: unknown): Promise<{ result?: unknown; error?: { code: number } }> {
    const answer = new Promise<{ result?: unknown; error?: { code: number } }>((resolve) => answers.set(id, resolve));
    socket.write(`${line}\n`);
    return answer;
  }
  return {
    send,
    call(method: string, params: unknown = {}) {
      const id = `call-${++calls}`;
      return send(JSON.stringify({ jsonrpc: '2.0', id, method, params }), id);
    },
  };
}
