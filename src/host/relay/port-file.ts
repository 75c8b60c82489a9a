/** The port that agents know, kept across restarts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { relayFiles } from './files.ts';

/** Null before the first start. `directory` is the host's. */
export function readRelayPort(directory: string): number | null {
  // Up to version 0.1.0 the daemon itself listened for hooks; agents from that time still know its port.
  return numberIn(relayFiles(directory).port) ?? numberIn(join(directory, 'claude', 'port'));
}

export function writeRelayPort(directory: string, port: number): void {
  writeFileSync(relayFiles(directory).port, String(port), { mode: 0o600 });
}

function numberIn(file: string): number | null {
  try {
    return Number(readFileSync(file, 'utf8')) || null;
  } catch {
    return null;
  }
}
