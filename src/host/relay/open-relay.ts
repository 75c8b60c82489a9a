/**
 * The daemon's side of the relay: found or started, told what it has to know, and started again where it ends. The relay
 * goes on when the daemon ends, so that nobody else can take the port that agents know.
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
  /** The relay's whole environment. No secret: those are told, and kept in memory. */
  env: Record<string, string>;
  /** A relay of another version is replaced where no agent's terminal lives. */
  version: string;
  settings: RelaySettings;
  onError(what: string, error: unknown): void;
  /** Somebody else has, or may have, the port that agents know: `relay.port` is another one now. */
  onPortLost(): void;
}

export interface Relay {
  /** Of 127.0.0.1. Changes only where the one before was lost. */
  readonly port: number;
  /** The unix socket, alone in its directory: show a sandbox that directory, so that a new socket is found too. */
  readonly socket: string;
  /** The daemon's side only; the relay goes on. */
  close(): Promise<void>;
  /** Ends the relay. */
  shutdown(): Promise<void>;
}

/** @throws PaliadinError `mriver_unreachable` where there is none and none can be started. */
export async function openRelay(options: OpenRelayOptions): Promise<Relay> {
  const { directory, onError, onPortLost } = options;
  const stopping = new AbortController();
  const known = readRelayPort(directory);
  let control = await reach(options);
  let { port } = control.status;
  if (known !== null && known !== port) onPortLost();
  const followed = follow();

  /** As long as the daemon lives there is a relay. */
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

  /** Null where it was closed meanwhile. */
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
      await control.ask({ do: 'stop' }).catch(() => {}); // it has ended by itself
      await control.closed;
      await close();
    },
  };
}

/** One that was found may be about to end, as it was not needed any more: then another is started. */
function reach(options: OpenRelayOptions): Promise<RelayControl> {
  const when = (error: unknown) => error instanceof RelayGone;
  return retry(() => reachOnce(options), { firstMs: 0, attempts: ATTEMPTS, when });
}

/** The relay that listens, or one that is started; told its settings. */
async function reachOnce(options: OpenRelayOptions): Promise<RelayControl> {
  const { directory, version, settings } = options;
  let control = await connectTo(options);
  if (control.status.version !== version && (await mayReplace(control, directory))) {
    await control.ask({ do: 'stop' });
    await control.closed;
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

/** One that can't be told anything is of no use to anybody. */
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
