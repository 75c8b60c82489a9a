/** What daemon and relay say to each other over the control socket: a line of JSON each. */

/** A relay of another number is not told anything but to stop, which stays the same for ever. */
export const CONTROL_PROTOCOL = 1;

/** The relay's first line on each connection. */
export interface RelayStatus {
  protocol: number;
  version: string;
  pid: number;
  /** Of 127.0.0.1. */
  port: number;
}

/** What the relay is asked. Each gets one line back: `{}`, or `{"error": "…"}`. */
export type ControlRequest = { do: 'settings'; settings: unknown } | { do: 'stop' };

/** Lines of a stream. Ends it where one is longer than anything that is said here. */
export async function* linesOf(stream: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
    if (rest.length > MAX_LINE) return;
  }
}

const MAX_LINE = 1024 * 1024;
