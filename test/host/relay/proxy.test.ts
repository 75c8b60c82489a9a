/** The proxy to hosts that the owner lists, through a real relay with the test's names and addresses. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { agentSecret } from '../../../src/host/agent-secret.ts';
import { relayFiles } from '../../../src/host/relay/files.ts';
import { until } from '../../support/until.ts';
import {
  listening,
  openOptions,
  raw,
  relayDirectory,
  relayForTest,
  serverForTest,
  type TestRelay,
} from './test-relay.ts';

const PUBLIC = '93.184.215.14';

/** A server that says back what it hears, and counts who comes. */
async function echo() {
  const callers: Socket[] = [];
  const port = await listening(
    createServer((caller) => {
      callers.push(caller);
      caller.on('error', () => {});
      caller.pipe(caller);
    }),
    () => {
      for (const caller of callers) caller.destroy();
    },
  );
  return { port, callers };
}

async function withHosts(network: string[], names: Record<string, string[][]>, closedPorts: number[] = []) {
  const far = await echo();
  const ports = Object.fromEntries(
    Object.values(names)
      .flat(2)
      .flatMap((address) => [80, 443, 5432, 8080, ...closedPorts].map((port) => [`${address}:${port}`, far.port])),
  );
  const it = await relayForTest({ given: { names, ports }, settings: { network, closedPorts } });
  return { ...it, far };
}

function basic(it: TestRelay, session = 'one'): string {
  return `Basic ${Buffer.from(`${session}:${it.secret(session)}`).toString('base64')}`;
}

/** What the relay says to CONNECT; `text` goes through the tunnel with it. */
function tunnel(it: TestRelay, target: string, authorization = basic(it), text = ''): Promise<string> {
  const head = `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\nProxy-Authorization: ${authorization}\r\n\r\n`;
  return raw(it.relay.port, `${head}${text}`, text === '' ? /^HTTP\/1\.1 200 / : new RegExp(`${text}$`));
}

async function statusOf(answer: Promise<string>): Promise<number> {
  return Number(/^HTTP\/1\.1 (\d+) /.exec(await answer)?.[1]);
}

test('a listed host is reached, and the tunnel passes bytes unchanged, also those sent with CONNECT', async () => {
  const it = await withHosts(['example.com'], { 'example.com': [[PUBLIC]] });
  expect(await tunnel(it, 'example.com:443', undefined, 'GET /paliadin HTTP/1.1')).toBe(
    'HTTP/1.1 200 Connection Established\r\n\r\nGET /paliadin HTTP/1.1',
  );
  expect(await statusOf(tunnel(it, 'EXAMPLE.com.:443', `Bearer ${it.token('one')}`))).toBe(200);
});

test('a tunnel without a session’s secret is refused', async () => {
  const it = await withHosts(['example.com'], { 'example.com': [[PUBLIC]] });
  const [one, two] = [it.secret('one'), it.secret('two')];
  const wrong = ['', 'Basic', `Basic ${Buffer.from(`one:${two}`).toString('base64')}`, `Bearer two.${one}`, 'Basic ?'];
  for (const authorization of wrong) {
    const said = await tunnel(it, 'example.com:443', authorization);
    expect(said, authorization).toMatch(/^HTTP\/1\.1 407 [\s\S]*Proxy-Authenticate: Basic/);
  }
  const own = `CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${it.token('one')}\r\n\r\n`;
  expect(await raw(it.relay.port, own)).toMatch(/^HTTP\/1\.1 407 /);
  expect(it.far.callers).toEqual([]);
});

describe('a host', () => {
  const names = {
    'example.com': [[PUBLIC]],
    'www.example.com': [[PUBLIC]],
    'deep.api.example.org': [[PUBLIC]],
    'example.org': [[PUBLIC]],
    'evil-example.com': [[PUBLIC]],
    'notexample.org': [[PUBLIC]],
    'db.corp': [['10.1.2.3']],
    'wiki.corp': [['10.1.2.4']],
    'mapped.example.net': [['::ffff:10.1.2.3']],
    'six.example.net': [['2606:4700::1']],
    'both.example.net': [['127.0.0.1', '169.254.169.254', PUBLIC]],
    'private.example.net': [['192.168.1.1', 'fd00::1', 'fe80::1', '::1', '100.64.0.1']],
    'multicast.example.net': [['224.0.0.1', '255.255.255.255', 'ff02::1']],
    'tunnels.example.net': [['64:ff9b::a00:1', '2002:a00:1::', '2001::1', '::10.0.0.1']],
    'metadata.example.net': [['169.254.169.254']],
    'local.test': [['127.0.0.1']],
  };
  const network = ['example.com', '*.example.org', 'example.com:8080', 'db.corp:5432', 'wiki.corp', '*.example.net'];
  const listed = ['10.9.9.9:8080', '[::1]:8080', 'local.test:5432', '8.8.8.8'];

  const known = () => withHosts([...network, ...listed], { ...names, x: [['10.9.9.9'], ['::1'], ['8.8.8.8']] });

  const REACHED = [
    ['example.com:443', 'by its name'],
    ['example.com:80', 'by its name'],
    ['example.com:8080', 'with the port that is written'],
    ['deep.api.example.org:443', 'below a listed domain'],
    ['six.example.net:443', 'at a public IPv6 address'],
    ['both.example.net:443', 'at its public address, where it has others too'],
    ['db.corp:5432', 'at a private address that is listed by name and port'],
    ['local.test:5432', 'at loopback, listed by name and port'],
    ['10.9.9.9:8080', 'by a private address that is listed with its port'],
    ['[::1]:8080', 'by an IPv6 address that is listed with its port'],
    ['[0:0:0:0:0:0:0:1]:8080', 'by the same address in other words'],
    ['8.8.8.8:443', 'by a listed public address'],
  ] as const;
  test('that is listed is reached', async () => {
    const it = await known();
    for (const [target, why] of REACHED) expect(await statusOf(tunnel(it, target)), `${target} ${why}`).toBe(200);
  });

  const CLOSED = [
    ['www.example.com:443', 'the list has the domain alone'],
    ['example.org:443', 'the list has what is below it'],
    ['evil-example.com:443', 'its end is like a listed one'],
    ['notexample.org:443', 'its end is like a listed one'],
    ['example.com:22', 'not a port of the web'],
    ['wiki.corp:443', 'private, and listed by name alone'],
    ['mapped.example.net:443', 'private, written as IPv6'],
    ['private.example.net:443', 'private, link-local, loopback, shared'],
    ['multicast.example.net:443', 'nobody’s own'],
    ['tunnels.example.net:443', 'another address within'],
    ['metadata.example.net:80', 'the cloud’s metadata'],
    ['10.9.9.9:443', 'listed with another port'],
    ['127.0.0.1:80', 'loopback'],
    ['[::ffff:127.0.0.1]:80', 'loopback'],
    ['2130706433:80', 'loopback as a number'],
    ['0x7f.1:80', 'loopback in hexadecimal'],
    ['localhost:80', 'loopback by name'],
  ] as const;
  test('that is not listed or not public is refused, and the error names the setting', async () => {
    const it = await known();
    for (const [target, why] of CLOSED) {
      const said = await tunnel(it, target);
      expect(said, `${target} ${why}`).toMatch(/^HTTP\/1\.1 403 [\s\S]*PALIADIN_SANDBOX_NETWORK\n$/);
    }
    expect(it.far.callers).toEqual([]);
  });

  test('that is malformed is refused', async () => {
    const it = await known();
    const targets = [
      'example.com',
      'example.com:',
      ':443',
      'example.com:0',
      'example.com:65536',
      'example.com:443:443',
    ];
    for (const target of targets) expect(await statusOf(tunnel(it, target)), target).toBe(400);
  });

  test('without an address gets 502', async () => {
    const it = await known();
    expect(await statusOf(tunnel(it, 'gone.example.org:443'))).toBe(502);
  });

  test('that does not answer gets 502', async () => {
    const other = await relayForTest({
      given: { names: { 'example.com': [[PUBLIC]] }, ports: {} },
      settings: { network: ['example.com'] },
    });
    expect(await statusOf(tunnel(other, 'example.com:443'))).toBe(502);
  });
});

test('a name that changes from a public address to loopback is refused (DNS rebinding)', async () => {
  const names = { 'rebind.example': [[PUBLIC], ['127.0.0.1']] };
  const it = await withHosts(['rebind.example'], names);
  // The connection goes to the address that was checked; nothing is looked up again for it.
  expect(await statusOf(tunnel(it, 'rebind.example:443'))).toBe(200);
  expect(await statusOf(tunnel(it, 'rebind.example:443'))).toBe(403);
});

test('the ports of gateway and relay are closed, whatever is listed', async () => {
  const first = await relayForTest();
  const own = first.relay.port;
  await first.relay.shutdown();
  const network = [`127.0.0.1:${own}`, `localhost:${own}`, '127.0.0.1:7717', '[::1]:7717', 'mine.example:7717'];
  const names = { localhost: [['127.0.0.1', '::1']], 'mine.example': [['127.0.0.1']] };
  const far = await echo();
  const ports = Object.fromEntries(
    ['127.0.0.1', '::1'].flatMap((a) => [own, 7717].map((p) => [`${a}:${p}`, far.port])),
  );
  const it = await relayForTest({
    directory: first.directory,
    given: { names, ports },
    settings: { network, closedPorts: [7717] },
  });
  expect(it.relay.port).toBe(own);
  for (const target of network) {
    expect(await tunnel(it, target), target).toMatch(/^HTTP\/1\.1 403 [\s\S]*closed to agents/);
  }
  expect(far.callers).toEqual([]);
});

test('a session’s tunnels are limited, independently of other sessions', async () => {
  const it = await withHosts(['example.com'], { 'example.com': [[PUBLIC]] });
  const open: Socket[] = [];
  for (let at = 0; at < 64; at++) {
    const socket = connect(it.relay.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(it)}\r\n\r\n`);
    await once(socket, 'data');
    open.push(socket);
  }
  expect(await statusOf(tunnel(it, 'example.com:443'))).toBe(429);
  expect(await statusOf(tunnel(it, 'example.com:443', basic(it, 'two')))).toBe(200);
  open[0]?.destroy();
  await until('a place', async () => (await statusOf(tunnel(it, 'example.com:443'))) === 200);
});

test('closing either side of a tunnel closes the other', async () => {
  const it = await withHosts(['example.com'], { 'example.com': [[PUBLIC]] });
  for (const end of ['near', 'far'] as const) {
    const before = it.far.callers.length;
    const near = connect(it.relay.port, '127.0.0.1').on('error', () => {});
    near.write(`CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(it)}\r\n\r\n`);
    await once(near, 'data');
    // The relay may say so before the host has taken the connection.
    await until('the far side', () => it.far.callers.length > before);
    const far = it.far.callers.at(-1) as Socket;
    const other = end === 'near' ? far : near;
    const closed = new Promise((resolve) => other.once('close', resolve));
    other.resume();
    (end === 'near' ? near : far).destroy();
    await closed;
  }
});

describe('a request for http://', () => {
  async function withSite() {
    const seen: { url: string; headers: string[] }[] = [];
    const site = await serverForTest((asked, response) => {
      seen.push({ url: asked.url ?? '', headers: asked.rawHeaders });
      response.writeHead(201, ['X-Site', 'yes']);
      asked.pipe(response);
    });
    const names = { 'site.example': [[PUBLIC]], 'home.example': [['192.168.0.1']] };
    const given = { names, ports: { [`${PUBLIC}:80`]: site, [`${PUBLIC}:8080`]: site } };
    const it = await relayForTest({ given, settings: { network: ['site.example', 'home.example'] } });
    return { ...it, seen };
  }

  test('is passed on to a listed host, without the proxy’s headers', async () => {
    const it = await withSite();
    const text = [
      'POST http://site.example/a?b=c HTTP/1.1',
      'Host: elsewhere.example',
      `Proxy-Authorization: ${basic(it)}`,
      'Proxy-Connection: keep-alive',
      'Authorization: Bearer of-the-site',
      `X-Mine: ${it.secret('one')}`,
      'Connection: close',
      'Content-Length: 5',
    ];
    const said = await raw(it.relay.port, `${text.join('\r\n')}\r\n\r\nhello`);
    expect(said).toMatch(/^HTTP\/1\.1 201 Created\r\nX-Site: yes\r\n[\s\S]*hello/);
    expect(it.seen).toEqual([
      {
        url: '/a?b=c',
        headers: [
          'Host',
          'site.example',
          'Authorization',
          'Bearer of-the-site',
          'Content-Length',
          '5',
          'Connection',
          'close',
        ],
      },
    ]);
  });

  test.each([
    ['http://other.example/', 403],
    ['http://home.example/', 403],
    ['http://site.example:22/', 403],
    ['http://127.0.0.1:7717/', 403],
    ['https://site.example/', 400],
    ['ftp://site.example/', 400],
    ['http://user:pass@other.example/', 403],
    ['http://', 400],
    ['*', 400],
  ])('is refused for %s with %d', async (url, status) => {
    const it = await withSite();
    const text = `GET ${url} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(it)}\r\nConnection: close\r\n\r\n`;
    expect(await statusOf(raw(it.relay.port, text))).toBe(status);
    expect(it.seen).toEqual([]);
  });

  test('is refused without a session’s secret, or with one in another header', async () => {
    const it = await withSite();
    const asked = request({
      host: '127.0.0.1',
      port: it.relay.port,
      path: 'http://site.example/',
      agent: false as const,
      headers: { authorization: `Bearer ${it.token('one')}` },
    });
    asked.end();
    const [response] = await once(asked, 'response');
    expect([response.statusCode, response.headers['proxy-authenticate']]).toEqual([407, 'Basic realm="paliadin"']);
  });
});

test('before the daemon has sent its settings, every host is refused', async () => {
  const directory = await relayDirectory();
  const [program = '', ...args] = openOptions({}).program;
  const child = spawn(program, [...args, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const files = relayFiles(directory);
  const port = Number(readFileSync(files.port, 'utf8'));
  const token = `one.${agentSecret(files.sessions, 'one')}`;
  const lines = (first: string) =>
    `${first}\r\nHost: x\r\nX-Api-Key: ${token}\r\nProxy-Authorization: Bearer ${token}\r\n\r\n`;
  for (const first of [
    'GET /model/v1/models HTTP/1.1',
    'CONNECT a.example:443 HTTP/1.1',
    'GET http://a.example/ HTTP/1.1',
  ]) {
    expect(await statusOf(raw(port, lines(first)))).toBe(503);
  }
});
