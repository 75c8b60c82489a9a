/** The daemon's side of the control socket; `doctor` uses it, too. */
import type { Duplex } from 'node:stream';
import pTimeout from 'p-timeout';
import { dial } from '../../transport/dial.ts';
import { type ControlRequest, linesOf, type RelayStatus } from './control-protocol.ts';

/** The connection has ended, or the relay does not answer: another attempt may reach another relay. */
export class RelayGone extends Error {
  override name = 'RelayGone';
}

export interface RelayControl {
  readonly status: RelayStatus;
  /** @throws RelayGone, or another Error with the relay's reason. */
  ask(request: ControlRequest): Promise<void>;
  /** Ends the relay. @throws RelayGone if it does not end in time. */
  stop(): Promise<void>;
  /** Resolves when the connection has ended, for any reason. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Takes an open connection. @throws RelayGone, or another Error if the process that listens there is no relay. */
export async function relayControl(socket: Duplex, { endMs = END_MS } = {}): Promise<RelayControl> {
  socket.on('error', () => {}); // `closed` reports its end
  // Not `once` of node:events, which rejects if an error comes first.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const lines = linesOf(socket.setEncoding('utf8'));
  const next = async (): Promise<string> => {
    const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
    try {
      const { value, done } = await lines.next();
      if (!done) return value;
      throw new Error('the connection has ended');
    } catch (error) {
      throw new RelayGone('the relay does not answer', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  };
  const status = parseStatus(await next());
  let tail: Promise<unknown> = Promise.resolve();
  function ask(request: ControlRequest): Promise<void> {
    const asked = tail.then(async () => {
      socket.write(`${JSON.stringify(request)}\n`);
      const { error } = JSON.parse(await next()) as { error?: string };
      if (error !== undefined) throw new Error(error);
    });
    tail = asked.catch(() => {});
    return asked;
  }

  return {
    status,
    closed,
    ask,
    async stop() {
      await ask({ do: 'stop' });
      const message = new RelayGone('the relay says that it ends, and does not');
      await pTimeout(closed, { milliseconds: endMs, message }).finally(() => socket.destroy());
    },
    close: () => void socket.destroy(),
  };
}

/** The status of the relay at this socket; null if none answers. */
export async function relayStatus(path: string): Promise<RelayStatus | null> {
  const socket = await dial(path, 'relay').catch(() => null);
  if (socket === null) return null;
  try {
    const control = await relayControl(socket);
    return control.status;
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}

function parseStatus(line: string): RelayStatus {
  const said = JSON.parse(line) as Partial<RelayStatus>;
  const { protocol, version, pid, port } = said;
  if (!Number.isInteger(protocol) || !Number.isInteger(pid) || !Number.isInteger(port) || typeof version !== 'string') {
    throw new Error('whoever listens on the relay’s control socket is no relay');
  }
  return said as RelayStatus;
}

// The relay only stores the values before it answers.
const ANSWER_MS = 5_000;
// It only closes its sockets before it ends.
const END_MS = 5_000;
