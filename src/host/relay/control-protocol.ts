/** The messages between daemon and relay over the control socket: one line of JSON each. */

/** A relay with another protocol number only receives `stop`, which never changes. */
export const CONTROL_PROTOCOL = 1;

/** The relay's first line on each connection. */
export interface RelayStatus {
  protocol: number;
  version: string;
  pid: number;
  /** On 127.0.0.1. */
  port: number;
}

/** A request to the relay. Each gets one line back: `{}`, or `{"error": "…"}`. */
export type ControlRequest = { do: 'settings'; settings: unknown } | { do: 'stop' };

/** The lines of a stream. Ends the stream if a line is longer than any message of this protocol. */
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
