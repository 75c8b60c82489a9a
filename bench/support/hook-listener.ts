/** Receives hooks from a person's own settings, with the time of each. */
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface HookListener extends AsyncDisposable {
  /** Settings that make these hooks call here. */
  settings(names: string[]): object;
  /** The time of the next call of this hook, in milliseconds of `clock`. */
  next(name: string): Promise<number>;
}

export async function startHookListener(clock: () => number): Promise<HookListener> {
  const heard = new EventEmitter<Record<string, [at: number]>>();
  const server = createServer(async (request, response) => {
    const at = clock();
    const { hook_event_name: name } = (await json(request)) as { hook_event_name: string };
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    heard.emit(name, at);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    settings: (names) => ({
      hooks: Object.fromEntries(names.map((name) => [name, [{ hooks: [{ type: 'http', url }] }]])),
    }),
    async next(name) {
      const [at] = await once(heard, name);
      return at;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
