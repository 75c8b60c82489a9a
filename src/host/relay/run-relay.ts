/** The relay's process: both listeners, the control socket, and when to end. */
import { lookup as dnsLookup } from 'node:dns/promises';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { boundedLog } from './bounded-log.ts';
import { CONTROL_PROTOCOL } from './control-protocol.ts';
import { controlServer } from './control-server.ts';
import { relayFiles } from './files.ts';
import type { Lookup } from './network-policy.ts';
import { readRelayPort, writeRelayPort } from './port-file.ts';
import { type Dial, dialAddresses } from './proxy.ts';
import { relayServers } from './serve.ts';
import { parseSettings } from './settings.ts';
import { anyTerminal } from './terminals.ts';

export interface RelayOptions {
  /** The host's own (0700). */
  directory: string;
  version: string;
  /** Locks a file for this process until it ends; null if another process has it. */
  acquireLock(file: string): Promise<(() => void) | null>;
  /** As in `ModelForwarderOptions`. */
  proxyEnv: Record<string, string>;
  clock(): number;
  /** Ends the process. */
  exit(): void;
  lookup?: Lookup;
  dial?: Dial;
  /** Ends after this time without a daemon and without an agent's terminal. Milliseconds. */
  unneededMs?: number;
  /** How often it checks whether it is still needed. Milliseconds. */
  lookMs?: number;
}

export interface RunningRelay {
  stop(why: string): Promise<void>;
}

/** Resolves once it listens; with null if another relay has the directory. */
export async function runRelay(options: RelayOptions): Promise<RunningRelay | null> {
  const { directory, version, clock, exit, lookup = lookupAll, dial = dialAddresses } = options;
  const files = relayFiles(directory);
  if ((await options.acquireLock(files.lock)) === null) return null;
  writeFileSync(files.pid, String(process.pid), { mode: 0o600 });
  const log = boundedLog(files.log, clock);
  let port: number | null = null;
  const { proxyEnv } = options;
  const { listener, apply } = relayServers({
    sessions: files.sessions,
    hooks: files.hooks,
    appTools: files.appTools,
    port: () => port,
    lookup,
    dial,
    log,
    clock,
    proxyEnv,
  });
  const control = controlServer({
    status: () => ({ protocol: CONTROL_PROTOCOL, version, pid: process.pid, port: port ?? 0 }),
    settings(told) {
      const settings = parseSettings(told);
      apply(settings);
      log('settings', { hosts: settings.network.length, model: settings.upstream === null ? 0 : 1 });
    },
    stop: () => void stop('told to'),
  });

  const [byPort, bySocket] = [listener(), listener()];
  port = await listenOnPort(byPort, readRelayPort(directory));
  writeRelayPort(directory, port);
  mkdirSync(files.socketDirectory, { recursive: true, mode: 0o700 });
  await listenOnSocket(bySocket, files.socket);
  // Last: a caller that reaches this socket finds everything else ready.
  await listenOnSocket(control.server, files.control);
  log('listens', { pid: process.pid, port, version });

  const { unneededMs = UNNEEDED_MS, lookMs = LOOK_MS } = options;
  let neededAt = performance.now();
  const timer = setInterval(() => {
    look().catch((error) => log('it can’t be told whether the relay is needed', { error: (error as Error).name }));
  }, lookMs);

  async function look(): Promise<void> {
    if (!existsSync(files.pid)) return stop('its directory is gone');
    if (control.daemons() > 0 || (await anyTerminal(files.tmux))) neededAt = performance.now();
    else if (performance.now() - neededAt >= unneededMs) await stop('no daemon and no agent');
  }

  async function stop(why: string): Promise<void> {
    log('ends', { why });
    clearInterval(timer);
    for (const server of [byPort, bySocket]) {
      server.close();
      server.closeAllConnections();
    }
    control.close();
    for (const file of [files.socket, files.control, files.pid]) rmSync(file, { force: true });
    // The last answer on the control socket is still being sent.
    setTimeout(exit, GOODBYE_MS);
  }
  return { stop };
}

/** Uses `wanted` if it is free: agents that already run call there. */
async function listenOnPort(server: Server, wanted: number | null): Promise<number> {
  try {
    await listen(server, { host: '127.0.0.1', port: wanted ?? 0 });
  } catch {
    await listen(server, { host: '127.0.0.1', port: 0 });
  }
  return (server.address() as AddressInfo).port;
}

/** The caller holds the lock of the directory, so an existing socket is left over from a killed relay. */
async function listenOnSocket(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  await listen(server, { path });
  chmodSync(path, 0o600);
}

async function listen(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  server.listen(where);
  await once(server, 'listening');
}

const lookupAll: Lookup = (host) => dnsLookup(host, { all: true });

// A daemon that is updated is away for seconds, one on a busy machine for a minute.
const UNNEEDED_MS = 600_000;
const LOOK_MS = 30_000;
const GOODBYE_MS = 20;
