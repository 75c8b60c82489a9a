/**
 * A process that is many hosts: each speaks the protocol of a real one, has room for everybody, and answers at once. It
 * listens on one socket for each host, `DIRECTORY/PORT`; `ssh` in the same directory leads a gateway there. Arguments: the
 * directory, the first port, the number of hosts. Prints `ready`.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PaliadinError } from '../../src/contract/errors.ts';
import { type Host, type HostOutcome, type HostTurn, PROTOCOL_VERSION } from '../../src/contract/host.ts';
import { serveHost } from '../../src/transport/serve-host.ts';

const [directory = '', first = '0', count = '0'] = process.argv.slice(2);
const ANSWER = 'Nothing is due this week. '.repeat(8);

// What the gateway gives ssh is `-p PORT` among other things.
const ssh = join(directory, 'ssh');
writeFileSync(
  ssh,
  `#!/bin/sh\nwhile [ "$1" != -p ]; do shift || exit 255; done\nexec socat STDIO UNIX-CONNECT:${directory}/$2\n`,
);
chmodSync(ssh, 0o700);

const listening = Array.from({ length: Number(count) }, (_, at) => {
  const host = simulatedHost();
  const server = createServer((caller) => {
    caller.on('error', () => {});
    serveHost(host, caller).catch(() => caller.destroy());
  });
  return new Promise<void>((resolve) => server.listen(join(directory, String(Number(first) + at)), resolve));
});
await Promise.all(listening);
process.stdout.write('ready\n');

function simulatedHost(): Host {
  const turns = new Map<string, HostTurn>();
  const sessions = new Set<string>();
  const done: HostOutcome = {
    state: 'done',
    code: null,
    detail: null,
    answerLength: ANSWER.length,
    inputTokens: 10,
    outputTokens: 50,
  };
  return {
    identity: {
      version: '0.1.0',
      protocol: PROTOCOL_VERSION,
      agent: 'demo',
      driver: 'demo',
      settings: 'simulated',
    },
    health: async () => ({ panes: 1000 - sessions.size, memory: 64 * 2 ** 30 }),
    async prompt({ session, turnId, from }, onUpdate) {
      sessions.add(session);
      turns.set(turnId, { ...done, late: false, answer: ANSWER });
      onUpdate({ type: 'running' });
      onUpdate({ type: 'chunk', offset: from, text: ANSWER.slice(from) });
      return done;
    },
    async turn(_, turnId, from) {
      const turn = turns.get(turnId);
      if (turn === undefined) return { ...done, state: 'absent', late: false, answerLength: 0, answer: '' };
      return { ...turn, answer: turn.answer.slice(from) };
    },
    async acknowledge(_, turnId) {
      turns.delete(turnId);
      return null;
    },
    sessions: async () => [...sessions].map((session) => ({ session, live: true, running: null })),
    async reset(session) {
      sessions.delete(session);
    },
    cancel: async () => {},
    decide: async () => {},
    attach: () => Promise.reject(new PaliadinError('not_found', 'a simulated host has no terminals')),
    hibernate: async () => false,
    watchScreen: () => Promise.reject(new PaliadinError('not_found', 'a simulated host has no terminals')),
    retire: async () => false,
    shutdown: async () => {},
    onLate: () => () => {},
  };
}
