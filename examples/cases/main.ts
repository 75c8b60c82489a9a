/** `npm run example`: starts the application together with a gateway and its demo agent, and ends all of it on Ctrl-C. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { casesApp } from './app.ts';
import { openCases } from './data.ts';

const [appPort, gatewayPort] = [await freePort(3000), await freePort(7717)];
// Another host name, as it would be in earnest: to a browser these are two sites.
const application = `http://localhost:${appPort}`;
const gateway = `http://127.0.0.1:${gatewayPort}`;
const token = { secret: randomBytes(48).toString('base64'), issuer: application, audience: 'paliadin' };
const directory = await mkdtemp(join(tmpdir(), 'paliadin-example-'));

// All that the gateway has to be told. The keys are new at each start, so its state is too.
const settings = {
  PALIADIN_STATE_DIR: directory,
  PALIADIN_PORT: String(gatewayPort),
  PALIADIN_AGENT: 'demo',
  PALIADIN_ACCESS: 'users',
  PALIADIN_EMBED_ORIGINS: application,
  PALIADIN_JWT_SECRET: token.secret,
  PALIADIN_JWT_ISSUER: token.issuer,
  PALIADIN_JWT_AUDIENCE: token.audience,
  PALIADIN_APP_TOOLS_URL: `${application}/mcp`,
};

const ended = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.resolve());

const program = paliadin('start');
let said = '';
program.stderr.on('data', (text) => {
  said += text;
});
const exit = once(program, 'close');
const app = await casesApp({ cases: openCases(join(directory, 'cases.db'), Date.now()), gateway, token });
try {
  await Promise.race([listens(), exit.then(() => Promise.reject(new Error(`the gateway did not start:\n${said}`)))]);
  // On this machine alone, by whichever of its addresses the name stands for.
  await app.listen({ port: appPort, host: 'localhost' });
  console.log(
    `\nOpen ${application}, sign in as one of two people, and ask the assistant in the corner.\nCtrl-C ends it.`,
  );
  await Promise.race([ended.promise, exit]);
} finally {
  await app.close();
  program.kill('SIGTERM');
  await exit;
  const stop = paliadin('stop-host');
  stop.stdout.resume();
  stop.stderr.resume();
  await once(stop, 'close');
  await rm(directory, { recursive: true, force: true });
}

function paliadin(command: string) {
  const cli = join(import.meta.dirname, '../../dist/programs/cli.mjs');
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PALIADIN_')));
  const stdio = ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'];
  // A group of its own: Ctrl-C comes to this program, which ends the others in order.
  return spawn(process.execPath, [cli, command], {
    cwd: directory,
    env: { ...env, ...settings },
    stdio,
    detached: true,
  });
}

/** The gateway says where it is once it can be used. */
async function listens(): Promise<void> {
  let text = '';
  for await (const piece of program.stdout) {
    text += piece;
    if (text.includes(gateway)) return void program.stdout.resume();
  }
}

/** `wanted`, or any other where it is taken. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  const port = await new Promise<number | null>((resolve) => {
    server.once('error', () => resolve(null));
    server.listen(wanted, 'localhost', () => resolve((server.address() as { port: number }).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return port ?? (await freePort(0));
}
