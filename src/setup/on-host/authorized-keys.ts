/** The line that allows a gateway's key to run the shim, and nothing else. */
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { BYTES, modeOf, readIfExists, replaceFile } from '../../process/files.ts';
import { shellQuoted } from '../shell-quoted.ts';

export interface KeyLine {
  /** Part of its comment, which identifies the line later. */
  gateway: string;
  publicKey: string;
  node: string;
  shim: string;
}

/** Returns what was done. */
export function addKeyLine(file: string, key: KeyLine): 'added' | 'replaced' | 'there' {
  const before = readIfExists(file, BYTES) ?? '';
  const after = withKeyLine(before, key);
  if (after !== before) writeKeys(file, after);
  else closeToOthers(file);
  if (after === before) return 'there';
  return keysOf(before).some((line) => isOf(line, key.gateway)) ? 'replaced' : 'added';
}

/** Returns whether there was one. */
export function removeKeyLine(file: string, gateway: string): boolean {
  const before = readIfExists(file, BYTES) ?? '';
  const after = withoutKeyLine(before, gateway);
  if (after !== before) writeKeys(file, after);
  return after !== before;
}

/** How many other gateways may run the shim. */
export function otherKeyLines(file: string, shim: string): number {
  return keysOf(readIfExists(file, BYTES) ?? '').filter((line) => !line.startsWith('#') && line.includes(shim)).length;
}

export function withKeyLine(text: string, key: KeyLine): string {
  const lines = keysOf(text);
  const place = lines.findIndex((line) => isOf(line, key.gateway));
  const rest = lines.filter((line) => !isOf(line, key.gateway));
  const at = place < 0 ? rest.length : place;
  return joined([...rest.slice(0, at), keyLine(key), ...rest.slice(at)]);
}

export function withoutKeyLine(text: string, gateway: string): string {
  const lines = keysOf(text);
  const rest = lines.filter((line) => !isOf(line, gateway));
  return rest.length === lines.length ? text : joined(rest);
}

/** `restrict` forbids everything else that a key could do: terminals, forwarding, the account's own start files. */
function keyLine({ gateway, publicKey, node, shim }: KeyLine): string {
  const command = [node, '--disable-warning=ExperimentalWarning', shim].map(shellQuoted).join(' ');
  if (/["\\\r\n]/.test(command)) throw new Error(`a path with these characters can't be a forced command: ${command}`);
  return `restrict,command="${command}" ${publicKey} ${commentOf(gateway)}`;
}

function isOf(line: string, gateway: string): boolean {
  return !line.startsWith('#') && line.trimEnd().endsWith(` ${commentOf(gateway)}`);
}

export function commentOf(gateway: string): string {
  return `paliadin:${gateway}`;
}

function keysOf(text: string): string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function joined(lines: string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function writeKeys(file: string, text: string): void {
  replaceFile(file, text, 0o600, BYTES);
  closeToOthers(file);
}

/** sshd ignores the file if others could write it. */
function closeToOthers(file: string): void {
  if (modeOf(dirname(file), 0o700) !== 0o700) chmodSync(dirname(file), 0o700);
  if (modeOf(file, 0o600) !== 0o600) chmodSync(file, 0o600);
}
