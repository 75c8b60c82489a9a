/**
 * An agent that does wrong what it is told to: each argument is `METHOD=WHAT`, such as `initialize=hang`. Everything else
 * it answers as ACP says.
 */
import { closeSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const wrong = new Map(
  process.argv.slice(2).map((pair): [string, string] => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? '']),
);
const SESSION = 'a-session';
const MIB = 1024 * 1024;

function send(message: object): void {
  const line = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  for (let from = 0; from < line.length; ) from += write(line.subarray(from));
}

/** As much as the pipe takes; waits where it is full. */
function write(bytes: Buffer): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') process.exit(0);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    return 0;
  }
}

function say(text: string): void {
  const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
  send({ method: 'session/update', params: { sessionId: SESSION, update } });
}

function flood(mib: number): void {
  for (let sent = 0; sent < mib * MIB; sent += 64 * 1024) say('x'.repeat(64 * 1024));
}

const known: Record<string, object> = {
  initialize: { protocolVersion: 1, agentCapabilities: { loadSession: true } },
  'session/new': { sessionId: SESSION },
  'session/load': {},
  'session/prompt': { stopReason: 'end_turn' },
};

/** False if it is to be answered as always. */
function misbehave(id: unknown, method: string): boolean {
  const [what = '', argument = '', more = ''] = (wrong.get(method) ?? '').split(':');
  switch (what) {
    case 'hang':
      return true;
    case 'exit':
      return process.exit(Number(argument || 9));
    case 'close':
      closeSync(1);
      setInterval(() => {}, 1000);
      return true;
    case 'garbage':
      send({ id, result: 'garbage' });
      return true;
    case 'error':
      send({ id, error: { code: Number(argument), message: more } });
      return true;
    case 'flood':
      flood(Number(argument));
      return false;
    case 'flood-errors':
      for (let sent = 0; sent < Number(argument); sent++) process.stderr.write('e'.repeat(MIB));
      return false;
    case 'deep':
      write(Buffer.from(`{"jsonrpc":"2.0","method":"x","params":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`));
      return false;
    case 'wrong-messages':
      send({ method: 'session/update', params: { sessionId: SESSION, update: { sessionUpdate: 7, content: [] } } });
      send({ method: 'session/update', params: null });
      send({
        method: 'session/update',
        params: { sessionId: 'of another', update: { sessionUpdate: 'plan', entries: [] } },
      });
      send({ id: 'theirs', result: {} });
      send({ id: 'mine', method: 'fs/read_text_file', params: { sessionId: SESSION, path: '/etc/passwd' } });
      send({ id: 'more', method: 'no/such', params: {} });
      return false;
    default:
      return false;
  }
}

const input = createInterface({ input: process.stdin });
input.on('close', () => process.exit(0));
input.on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (method === undefined || misbehave(id, method)) return;
  if (method === 'session/prompt') say('Hello.');
  if (id !== undefined) send({ id, result: known[method] ?? {} });
  if (method === 'session/prompt' && wrong.has('after')) setTimeout(() => misbehave(undefined, 'after'), 0);
});
if (wrong.has('start')) misbehave(undefined, 'start');
