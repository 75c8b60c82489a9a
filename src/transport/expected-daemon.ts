/**
 * Connects to the daemon that this program would start: one with another version or other settings is replaced if
 * possible.
 */
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import pTimeout from 'p-timeout';
import { PaliadinError } from '../contract/errors.ts';
import { PROTOCOL_VERSION } from '../contract/host.ts';
import { type DaemonProcess, reachDaemon } from './daemon-process.ts';

export interface ExpectedDaemon extends DaemonProcess {
  /** The file in which a daemon records its identity before it listens. */
  identityFile: string;
  expected: DaemonIdentity;
}

export interface DaemonIdentity {
  version: string;
  /** Digest of the settings that it was started with. */
  settings: string;
}

/** @throws PaliadinError `shim_outdated` if a daemon that speaks another protocol is busy; `mriver_unreachable`. */
export async function reachExpected(daemon: ExpectedDaemon): Promise<Duplex> {
  const socket = await reachDaemon(daemon);
  if (await isExpected(daemon)) return socket;
  // Rarely needed, so loaded only here: the usual case need not wait for it.
  const { reachHost } = await import('./reach-host.ts');
  const found = await reachHost(socket);
  const { version, protocol } = found.identity;
  const gone = await found.retire();
  if (!gone) found.close();
  const message = new PaliadinError('mriver_unreachable', `${NOT_ENDED}; see ${daemon.log}`);
  await pTimeout(found.closed, { milliseconds: END_MS, message });
  if (gone || protocol === PROTOCOL_VERSION) return reachDaemon(daemon);
  const mine = `this is version ${daemon.expected.version} with protocol ${PROTOCOL_VERSION}`;
  throw new PaliadinError(
    'shim_outdated',
    `the host daemon is of version ${version} with protocol ${protocol}, ${mine}, and turns still run there; try again when they have ended`,
  );
}

async function isExpected({ identityFile, expected }: ExpectedDaemon): Promise<boolean> {
  const text = await readFile(identityFile, 'utf8').catch(() => '');
  return text === identityText(expected);
}

const NOT_ENDED = 'the host daemon of another version says that it ends, and does not';
// The daemon's own shutdown steps together take no longer; see `run-daemon.ts`.
const END_MS = 10_000;

/** The identity that a daemon records. */
export function identityText({ version, settings }: DaemonIdentity): string {
  return `${version} ${settings}\n`;
}
