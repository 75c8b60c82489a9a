/**
 * The daemon's side of the relay: finds or starts it, sends its settings, and starts it again if it ends. The relay
 * keeps running when the daemon ends, so that no other process can take the port that agents know.
 */
import { retry } from '../../process/retry.ts';
import { reachDaemon } from '../../transport/daemon-process.ts';
import { type RelayControl, RelayGone, relayControl } from './control-client.ts';
import { CONTROL_PROTOCOL } from './control-protocol.ts';
import { relayFiles } from './files.ts';
import { readRelayPort } from './port-file.ts';
import type { RelaySettings } from './settings.ts';
import { anyTerminal } from './terminals.ts';

export interface OpenRelayOptions {
  /** The host's own (0700). */
  directory: string;
  /** Program and first arguments; the directory comes last. */
  program: [string, ...string[]];
  /** The relay's whole environment. No secret: secrets are sent to it, and kept in memory. */
  env: Record<string, string>;
  /** A relay of another version is replaced if no agent's terminal exists. */
  version: string;
  settings: RelaySettings;
  onError(what: string, error: unknown): void;
  /** Another process has, or may have, the port that agents know: `relay.port` is now another one. */
  onPortLost(): void;
}

export interface Relay {
  /** On 127.0.0.1. Changes only if the one before was lost. */
  readonly port: number;
  /**
   * The unix socket, alone in its directory: mount that directory into a sandbox, so that a new socket is found too.
   */
  readonly socket: string;
  /** Closes the daemon's side only; the relay keeps running. */
  close(): Promise<void>;
  /** Ends the relay. */
  shutdown(): Promise<void>;
}

/** @throws PaliadinError `mriver_unreachable` if there is none and none can be started. */
export async function openRelay(options: OpenRelayOptions): Promise<Relay> {
  const { directory, onError, onPortLost } = options;
  const stopping = new AbortController();
  const known = readRelayPort(directory);
  let control = await reach(options);
  let { port } = control.status;
  if (known !== null && known !== port) onPortLost();
  const followed = follow();

  /** Keeps a relay running as long as the daemon lives. */
  async function follow(): Promise<void> {
    for (;;) {
      await control.closed;
      if (stopping.signal.aborted) return;
      onError('the relay', new Error('it has ended, and is started again'));
      const again = await reachAgain();
      if (again === null) return;
      control = again;
      if (stopping.signal.aborted) return control.close();
      if (control.status.port === port) continue;
      port = control.status.port;
      onPortLost();
    }
  }

  /** Null if it was closed in the meantime. */
  async function reachAgain(): Promise<RelayControl | null> {
    const onFailure = (error: unknown) =>
      onError('the relay can’t be started; agents are not heard, and sandboxed ones reach nobody', error);
    return await retry(() => reach(options), { ...PAUSES, signal: stopping.signal, onFailure }).catch(() => null);
  }

  async function close(): Promise<void> {
    stopping.abort();
    control.close();
    await followed;
  }

  return {
    get port() {
      return port;
    },
    socket: relayFiles(directory).socket,
    close,
    async shutdown() {
      stopping.abort();
      await control.stop().catch(() => {}); // it has ended by itself, or hangs
      await close();
    },
  };
}

/** A relay that was found may be about to end because it was not needed: then another one is started. */
function reach(options: OpenRelayOptions): Promise<RelayControl> {
  const when = (error: unknown) => error instanceof RelayGone;
  return retry(() => reachOnce(options), { firstMs: 0, attempts: ATTEMPTS, when });
}

/** Connects to the relay that listens, or starts one; sends its settings. */
async function reachOnce(options: OpenRelayOptions): Promise<RelayControl> {
  const { directory, version, settings } = options;
  let control = await connectTo(options);
  if (control.status.version !== version && (await mayReplace(control, directory))) {
    await control.stop();
    control = await connectTo(options);
  }
  try {
    await control.ask({ do: 'settings', settings });
    return control;
  } catch (error) {
    control.close();
    throw error;
  }
}

/** A relay with another protocol can't be used, so it may always be replaced. */
async function mayReplace({ status }: RelayControl, directory: string): Promise<boolean> {
  return status.protocol !== CONTROL_PROTOCOL || !(await anyTerminal(relayFiles(directory).tmux));
}

async function connectTo({ directory, program, env }: OpenRelayOptions): Promise<RelayControl> {
  const { control, log } = relayFiles(directory);
  return relayControl(
    await reachDaemon({ socket: control, command: [...program, directory], env, log, name: 'relay' }),
  );
}

const ATTEMPTS = 5;
const PAUSES = { firstMs: 100, maxMs: 10_000 };
