/** `npm run example`: starts the application together with a gateway and its demo agent, and ends all of it on Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { casesApp } from './app.ts';
import { Cases } from './data.ts';

const ended = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve);
});
const directory = await mkdtemp(join(tmpdir(), 'paliadin-example-'));

// On this machine alone; with another port where 3000 is taken.
const server = createAdaptorServer({ fetch: (request) => app.fetch(request) });
server.once('error', () => server.listen(0, 'localhost')).listen(3000, 'localhost');
await new Promise<void>((resolve) => server.once('listening', resolve));
// Another host name than the gateway’s, as it would be in earnest: to a browser these are two sites.
const application = `http://localhost:${(server.address() as AddressInfo).port}`;
const token = { secret: randomBytes(48).toString('base64'), issuer: application, audience: 'paliadin' };

// All that the gateway has to be told.
const settings = {
  PALIADIN_STATE_DIR: directory,
  PALIADIN_PORT: '0',
  PALIADIN_AGENT: 'demo',
  PALIADIN_ACCESS: 'users',
  PALIADIN_EMBED_ORIGINS: application,
  PALIADIN_JWT_SECRET: token.secret,
  PALIADIN_JWT_ISSUER: token.issuer,
  PALIADIN_JWT_AUDIENCE: token.audience,
  PALIADIN_APP_TOOLS_URL: `${application}/mcp`,
  PALIADIN_LOG_LEVEL: 'error',
  PALIADIN_STARTERS: 'Which of my cases are overdue?|Close case 42',
};
const program = paliadin('start');
const exit = once(program, 'close');
const gateway = await addressOf(program);
const app = casesApp({ cases: new Cases(join(directory, 'cases.db')), gateway, token });
if (gateway) {
  console.log(`\nOpen ${application}, sign in as one of two people, and ask the assistant in the corner.`);
  console.log('Ctrl-C ends it.');
  await Promise.race([ended, exit]);
}

server.close();
program.kill();
await exit;
await once(paliadin('stop-host'), 'exit');
await rm(directory, { recursive: true, force: true });

function paliadin(command: string): ChildProcess {
  const cli = join(import.meta.dirname, '../../dist/programs/cli.mjs');
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('PALIADIN_'));
  const env = { ...Object.fromEntries(others), ...settings };
  // A group of its own: Ctrl-C comes to this program, which ends the others in order.
  return spawn(process.execPath, [cli, command], { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
}

/** The gateway says where it is once it can be used; empty where it ended instead, and said why. */
async function addressOf({ stdout }: ChildProcess): Promise<string> {
  let said = '';
  for await (const piece of stdout ?? []) {
    said += piece;
    if (said.includes('Ctrl-C')) return /http:\/\/[\d.]+:\d+/.exec(said)?.[0] ?? '';
  }
  return '';
}
