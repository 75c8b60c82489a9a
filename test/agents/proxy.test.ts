/** An owner who reaches the model through a proxy: everything else that the agent calls is on this machine. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { splitTrailer } from '../../src/contract/trailer.ts';
import { claudeHost, modelOfTest } from './claude-host.ts';
import { installedVersions } from './claude-owner.ts';

test.each(installedVersions('newest'))(
  'Claude Code $name asks the model through the owner’s proxy, and calls our hooks without it',
  async ({ program }) => {
    const model = await modelOfTest();
    const proxy = await startProxy(new URL(model.url));
    const host = await claudeHost(program, {
      model,
      environment: { ANTHROPIC_BASE_URL: 'http://model.example', HTTP_PROXY: proxy.url, http_proxy: proxy.url },
    });
    const asked = host.ask('demo at once');
    // Only its hooks tell of the answer while it comes.
    await asked.hears('chunk');
    expect(await asked.outcome).toMatchObject({ state: 'done', detail: null });
    expect(splitTrailer(asked.text).body).toBe('At once.');
    expect(host.troubles).toEqual([]);
    expect(proxy.asked).toContain('model.example');
    for (const here of ['127.0.0.1', 'localhost', '::1']) expect(proxy.asked).not.toContain(here);
  },
);

/** Whoever is asked for, by a request or a tunnel, is the model. */
async function startProxy(model: URL) {
  const asked = new Set<string>();
  const server = createServer((incoming, response) => {
    const { hostname, pathname, search } = new URL(incoming.url ?? '');
    asked.add(hostname);
    const { method, headers } = incoming;
    const passed = request(new URL(pathname + search, model), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    incoming.pipe(passed);
  });
  server.on('connect', (incoming, client) => {
    asked.add((incoming.url ?? '').replace(/:\d+$/, ''));
    const tunnel = connect(Number(model.port), model.hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(tunnel).pipe(client);
    });
    for (const end of [tunnel, client]) end.on('error', () => tunnel.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return { url: `http://127.0.0.1:${address.port}`, asked };
}
