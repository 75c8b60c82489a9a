/** Opening a channel ends in time, whoever is at the other end. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { hostBackend } from '../../src/backend/host-backend.ts';
import { RelayGone, relayControl } from '../../src/host/relay/control-client.ts';
import { type DaemonProcess, reachDaemon } from '../../src/transport/daemon-process.ts';
import { type HostChannel, reachHost } from '../../src/transport/reach-host.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

/** Accepts connections and says nothing; `sockets` are what it has accepted. */
async function silentPeer() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

function backendThat(open: () => Promise<HostChannel>, openMs: number) {
  const backend = hostBackend({
    kind: 'remote',
    host: 'there',
    agent: null,
    giveUpMs: 60_000,
    random: () => 0,
    isolation: { least: 'none', written: false },
    openMs,
    open,
  });
  onTestFinished(() => backend.close());
  return backend;
}

test('a TCP peer that accepts and says nothing is given up, and its connection is closed', async () => {
  const { port, sockets } = await silentPeer();
  const open = () => reachHost(connect(port, '127.0.0.1'), { helloMs: 100 });
  await expect(backendThat(open, 60_000).health(null)).rejects.toMatchObject({ code: 'mriver_unreachable' });
  await until('the end of the connection', () => sockets[0]?.destroyed);
});

test('opening that never ends is given up, for everyone who waits, and tried again', async () => {
  let attempts = 0;
  const backend = backendThat(() => {
    attempts++;
    return new Promise(() => {});
  }, 100);
  const late = { code: 'mriver_unreachable', detail: 'the host does not answer within 0.1 s' };
  const asked = [backend.health(null), backend.sessions()];
  await Promise.all(asked.map((each) => expect(each).rejects.toMatchObject(late)));
  expect([attempts, backend.presence()]).toEqual([1, 'away']);
  await until('another attempt', () => attempts >= 2);
});

test('a channel that opens after it was given up is closed', async () => {
  const opening = Promise.withResolvers<HostChannel>();
  const backend = backendThat(() => opening.promise, 50);
  await expect(backend.health(null)).rejects.toMatchObject({ code: 'mriver_unreachable' });
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const identity = { version: '0', protocol: 1, agent: 'demo', driver: 'demo', settings: '' };
  opening.resolve({ identity, connected: false, closed, close, onLate: () => () => {} } as unknown as HostChannel);
  await closed;
});

test('a relay that says that it ends, and does not, is given up', async () => {
  const relay = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('{"protocol":1,"version":"1","pid":1,"port":1}\n');
    socket.on('data', () => socket.write('{}\n'));
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  onTestFinished(() => void relay.close());
  const control = await relayControl(connect((relay.address() as AddressInfo).port, '127.0.0.1'), { endMs: 50 });
  await expect(control.stop()).rejects.toThrow(RelayGone);
  await control.closed;
});

test('a daemon that reports again and again that it listens, and does not, is given up', async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const daemon: DaemonProcess = {
    socket: `${path}/socket`,
    command: ['/bin/sh', '-c', 'echo ready'],
    env: { PATH: process.env.PATH },
    log: `${path}/log`,
  };
  await expect(reachDaemon(daemon, { startMs: 200 })).rejects.toMatchObject({
    code: 'mriver_unreachable',
    detail: `the host daemon does not come up; see ${path}/log`,
  });
});
