/**
 * Three gateways on one database behind a real nginx, in front of two hosts of the list: each gateway is stopped and started
 * again while people ask, and nobody loses a question or an answer.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { openStore } from '../../src/store/open.ts';
import { freePort } from '../support/free-port.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';
import { listHost } from '../support/listed-hosts.ts';
import { sharedServer } from '../support/postgres.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

/** As docs/deploy.md has it, without TLS. */
async function startNginx(port: number, gateways: readonly TestGateway[]): Promise<void> {
  const { path, remove } = await temporaryDirectory();
  const servers = gateways.map(({ url }) => `server ${new URL(url).host} max_fails=1 fail_timeout=2s;`);
  const lines = [
    'daemon off; master_process off; events {}',
    `pid ${path}/pid; error_log ${path}/error.log;`,
    'http {',
    'access_log off;',
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${path}/${name};`),
    `upstream paliadin { ${servers.join(' ')} }`,
    `server { listen 127.0.0.1:${port}; location / {`,
    'proxy_pass http://paliadin; proxy_http_version 1.1; proxy_set_header Host $http_host;',
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_buffering off; proxy_read_timeout 1h;',
    '} } }',
  ];
  await writeFile(join(path, 'nginx.conf'), lines.join('\n'));
  const nginx = spawn('nginx', ['-p', path, '-c', join(path, 'nginx.conf'), '-e', join(path, 'error.log')]);
  onTestFinished(async () => {
    const ended = once(nginx, 'exit');
    nginx.kill('SIGQUIT');
    await ended;
    await remove();
  });
  const answers = async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
  await until('nginx to answer', () => answers().catch(() => false));
}

const NAMES = ['home', 'office'];
const PEOPLE = 6;
const ROUNDS = 2;

test('a rolling restart behind nginx loses no question, no answer and no event, and the agents get each question once', async () => {
  const databaseUrl = await (await sharedServer()).newDatabase();
  const laptops = await Promise.all(NAMES.map(() => startLaptop()));
  onTestFinished(async () => void (await Promise.all(laptops.map(({ dispose }) => dispose()))));
  const store = await openStore({ url: databaseUrl, file: '' });
  for (const [at, name] of NAMES.entries()) await listHost(store, name, laptops[at] as Laptop);
  await store.close();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { PALIADIN_TRUSTED_PROXIES: '127.0.0.1', PALIADIN_PUBLIC_URL: url };
  const gateways = await Promise.all([1, 2, 3].map(() => startTestGateway({ databaseUrl, env })));
  onTestFinished(async () => void (await Promise.all(gateways.map(({ dispose }) => dispose()))));
  await startNginx(port, gateways);

  const people = await Promise.all(
    Array.from({ length: PEOPLE }, async (_, who) => {
      const { token } = await (gateways[0] as TestGateway).as(`person-${who}`);
      const client = createClient({ url, token });
      return { who, client, session: (await client.me()).session.name };
    }),
  );
  let answered = 0;
  let isOver = false;
  const asking = people.map(async ({ who, client, session }) => {
    const turns: string[] = [];
    while (!isOver) {
      const message = `demo echo ${who}-${turns.length}`;
      const { turnId } = await client.ask(message);
      const events = await Array.fromAsync(client.follow(turnId));
      const ids = events.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].toSorted((one, other) => one - other));
      const last = events.at(-1)?.event;
      expect(last).toMatchObject({ type: 'finished', turn: { status: 'completed' } });
      const text = events.flatMap(({ event }) => (event.type === 'chunk' ? [event.text] : [])).join('');
      expect(text).toContain(message);
      turns.push(turnId);
      answered++;
    }
    return { session, turns };
  });
  const all = Promise.all(asking).finally(() => {
    isOver = true;
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const gateway of gateways) {
      expect(await gateway.end('SIGTERM')).toBe(0);
      await gateway.start();
      const before = answered;
      await until('answers with all gateways', () => isOver || answered > before + PEOPLE, 60_000);
    }
  }
  isOver = true;
  for (const { session, turns } of await all) {
    const came = laptops.flatMap((laptop) => laptop.prompts(session).map(({ turnId }) => turnId));
    expect(came).toEqual(turns);
  }
});
