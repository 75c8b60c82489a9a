/** What a hostile agent could reach from the machine: servers of others, on addresses that stand for what is out there. */
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from '../../support/until.ts';

export interface World {
  /** Says `WORLD_SAYS` to whoever asks, at every address below. */
  port: number;
  /** Asked by UDP at `ADDRESSES.internet`. */
  udpPort: number;
  /** What was asked there. */
  datagrams: string[];
  /** Name of an abstract socket, which lies in no directory. */
  abstract: string;
  /** Somebody else's process; `ended` once it has. */
  process: { pid: number; readonly ended: boolean };
}

/** Answers of the world begin so. */
export const WORLD_SAYS = 'the world was reached';

/** All are this machine's own here, where there is no other; to an agent they are elsewhere. */
export const ADDRESSES = {
  internet: '198.51.100.7',
  office: '192.168.77.1',
  metadata: '169.254.169.254',
};

/** The one destination that the owner lists. */
export const LISTED_PORT = 8080;
export const LISTED = `${ADDRESSES.internet}:${LISTED_PORT}`;

/** Only in a network of the tests' own. */
export async function startWorld(): Promise<World> {
  for (const address of Object.values(ADDRESSES)) execFileSync('ip', ['addr', 'replace', `${address}/32`, 'dev', 'lo']);
  const port = await serve('::', 0);
  await serve(ADDRESSES.internet, LISTED_PORT);
  const datagrams: string[] = [];
  const udp = createSocket('udp4', (message) => datagrams.push(message.toString()));
  udp.bind(0, ADDRESSES.internet);
  await once(udp, 'listening');
  const abstract = `paliadin-test-${process.pid}`;
  const socat = spawn('socat', [`ABSTRACT-LISTEN:${abstract},fork`, `SYSTEM:echo ${WORLD_SAYS}`], { stdio: 'ignore' });
  const other = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => {
    udp.close();
    for (const child of [socat, other]) child.kill('SIGKILL');
  });
  await until('the abstract socket', () => readUnixSockets().includes(abstract));
  return {
    port,
    udpPort: udp.address().port,
    datagrams,
    abstract,
    process: {
      pid: other.pid ?? 0,
      get ended() {
        return other.exitCode !== null || other.signalCode !== null;
      },
    },
  };
}

async function serve(address: string, port: number): Promise<number> {
  const server = createServer((_request, response) => response.end(WORLD_SAYS)).listen(port, address);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function readUnixSockets(): string {
  return execFileSync('cat', ['/proc/net/unix'], { encoding: 'utf8' });
}
