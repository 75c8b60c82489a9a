/** An HTTP client with minimal overhead: one kept connection for asking, one for listening. */
import { Agent, request } from 'node:http';
import { splitLines } from '../../src/host/tmux/lines.ts';

export interface FastClient {
  ask(message: string): Promise<string>;
  /** When the user's stream reported an event of this type for the turn. Resolves once it has. */
  heard(turnId: string, type: string): Promise<number>;
  close(): void;
}

export async function fastClient(url: string, token: string): Promise<FastClient> {
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${token}` };
  const times = new Map<string, { at: number | null; resolve: ((at: number) => void) | null }>();

  function entry(key: string) {
    const found = times.get(key) ?? { at: null, resolve: null };
    times.set(key, found);
    return found;
  }

  let type = '';
  const take = splitLines((line) => {
    if (line.startsWith('event: ')) type = line.slice(7);
    if (!line.startsWith('data: ')) return;
    const turnId = /"turnId":"([^"]+)"/.exec(line)?.[1];
    const found = entry(`${turnId} ${type}`);
    found.at ??= performance.now();
    found.resolve?.(found.at);
  });
  const stream = request(`${url}/api/events`, { headers }, (response) => response.on('data', take));
  const opened = new Promise((resolve) => stream.once('response', resolve));
  stream.end();
  await opened;

  return {
    ask(message) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const post = request(
        `${url}/api/turns`,
        { method: 'POST', agent, headers: { ...headers, 'content-type': 'application/json' } },
        (response) => {
          let body = '';
          response.on('data', (bytes) => {
            body += bytes;
          });
          response.on('end', () => resolve(JSON.parse(body).turnId));
        },
      );
      post.once('error', reject);
      post.end(JSON.stringify({ message }));
      return promise;
    },
    heard(turnId, wanted) {
      const found = entry(`${turnId} ${wanted}`);
      if (found.at !== null) return Promise.resolve(found.at);
      return new Promise((resolve) => {
        found.resolve = resolve;
      });
    },
    close() {
      stream.destroy();
      agent.destroy();
    },
  };
}
