/** Reaches the daemon that one would start: one of another version, or with other settings, is replaced if it may be. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import pTimeout from 'p-timeout';
import { PaliadinError } from '../contract/errors.ts';
import { PROTOCOL_VERSION } from '../contract/host.ts';
import { type DaemonProcess, reachDaemon } from './daemon-process.ts';

export interface ExpectedDaemon extends DaemonProcess {
  /** Where a daemon writes who it is, before it listens. */
  identityFile: string;
  expected: DaemonIdentity;
}

export interface DaemonIdentity {
  version: string;
  /** Digest of what it was started with. */
  settings: string;
}

/** @throws PaliadinError `shim_outdated` where one that speaks another protocol is busy; `mriver_unreachable`. */
export async function reachExpected(daemon: ExpectedDaemon): Promise<Socket> {
  const socket = await reachDaemon(daemon);
  if (await isExpected(daemon)) return socket;
  // Seldom: so whoever finds the right one need not wait until all this is loaded.
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
// Its own steps to its end take no longer together; see `run-daemon.ts`.
const END_MS = 10_000;

/** What a daemon writes of itself. */
export function identityText({ version, settings }: DaemonIdentity): string {
  return `${version} ${settings}\n`;
}
