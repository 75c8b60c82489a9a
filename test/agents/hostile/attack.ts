/** What a hostile member tries, as data. */
import type { IsolationLevel } from '../../../src/contract/isolation.ts';
import type { ToolCall } from '../model/script.ts';
import type { Machine } from './machine.ts';

export interface Attack {
  id: string;
  /** What is tried, as the table says it. */
  tries: string;
  /** The weakest level that has to hold it. What it does at a weaker one is put down as it is found. */
  heldFrom: IsolationLevel;
  /** What the hostile person's agent does: a shell command, or calls of its tools. */
  does(machine: Machine): string | ToolCall[];
  /** Whether it had its way, by what came back and by what it left. Without: whether a canary came back. */
  succeeded?(machine: Machine, returned: string): boolean | Promise<boolean>;
  /** Undoes what would be in the way of the others. */
  after?(machine: Machine): void;
}

/** Prints the canaries in these files and below these directories. */
export function searchIn(...paths: string[]): string {
  return `grep -rasoh 'canary-[0-9a-f]*' ${paths.map(quoted).join(' ')}`;
}

/** What a server on a port says to these bytes. */
export function say(host: string, port: number, text: string): string {
  return `exec 3<>/dev/tcp/${host}/${port} && printf '%b' ${quoted(escaped(text))} >&3 && timeout 3 cat <&3`;
}

/** The same on a unix socket. */
export function sayTo(socket: string, text: string): string {
  return `printf '%b' ${quoted(escaped(text))} | timeout 3 socat -t 2 - UNIX-CONNECT:${quoted(socket)}`;
}

export function request(method: string, url: string, headers: string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const host = /^http:\/\/([^/]+)/.exec(url)?.[1] ?? 'x';
  const lines = [`${method} ${url} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers, ...length];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Left by an agent where it should not have come. */
export const MARK = 'mark-of-a-hostile-agent';

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}
