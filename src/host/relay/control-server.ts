/** The relay's side of the control socket. */
import { createServer, type Server, type Socket } from 'node:net';
import { type ControlRequest, linesOf, type RelayStatus } from './control-protocol.ts';

export interface ControlCalls {
  status(): RelayStatus;
  /** @throws TypeError if they can't be used. */
  settings(settings: unknown): void;
  stop(): void;
}

export interface ControlServer {
  server: Server;
  /** How many daemons are connected: callers that have sent settings. */
  daemons(): number;
  close(): void;
}

export function controlServer(calls: ControlCalls): ControlServer {
  const callers = new Set<Socket>();
  const daemons = new Set<Socket>();
  const server = createServer((caller) => {
    callers.add(caller);
    caller.on('error', () => {}); // a daemon that was killed
    caller.once('close', () => {
      callers.delete(caller);
      daemons.delete(caller);
    });
    caller.write(`${JSON.stringify(calls.status())}\n`);
    converse(caller).catch(() => caller.destroy());
  });

  async function converse(caller: Socket): Promise<void> {
    for await (const line of linesOf(caller.setEncoding('utf8')))
      caller.write(`${JSON.stringify(answer(line, caller))}\n`);
    caller.end();
  }

  function answer(line: string, caller: Socket): { error?: string } {
    try {
      const asked = JSON.parse(line) as ControlRequest;
      if (asked.do === 'stop') setImmediate(calls.stop);
      else if (asked.do !== 'settings') throw new TypeError('the relay does not know this request');
      else {
        calls.settings(asked.settings);
        daemons.add(caller);
      }
      return {};
    } catch (error) {
      return { error: (error as Error).message };
    }
  }

  return {
    server,
    daemons: () => daemons.size,
    close() {
      server.close();
      for (const caller of callers) caller.destroySoon(); // pending output is still sent
    },
  };
}
