/**
 * What a call of the application's tools takes by the way through host, channel and gateway, beside the same call made
 * directly, turn about in one run: with the agent on this machine, and behind an sshd on loopback. The agent's end is
 * the library that agents use, in this process; the application is the example's.
 */

import { createServer } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Cases } from '../examples/cases/data.ts';
import { caseTools } from '../examples/cases/tools.ts';
import { mcpUrl, secretOf } from '../test/app-tools/as-agent.ts';
import { closed, listening, startCaseApp } from '../test/support/case-app.ts';
import { startTestGateway, type TestGateway } from '../test/support/gateway.ts';
import { startLaptop } from '../test/support/laptop.ts';
import { distribution, figure, report } from './support/report.ts';

const WARM_UP = 20;
const CALLS = 200;

const quiet = { PALIADIN_LOG_LEVEL: 'error', PALIADIN_APP_TOOLS_CALLS: '1000' };
const app = await startCaseApp();
const other = await startCaseApp();
await using laptop = await startLaptop({ env: { PALIADIN_LOG_LEVEL: 'error' } });
await using local = await startTestGateway({ env: { ...quiet, PALIADIN_APP_TOOLS_URL: app.url } });
await using remote = await startTestGateway({ env: { ...quiet, PALIADIN_APP_TOOLS_URL: other.url }, laptop });
app.trust(local.url);
other.trust(remote.url);

const direct = await directClient();
const clients = {
  local: await clientOf(local, join(local.stateDir, 'host')),
  remote: await clientOf(remote, join(laptop.stateDir, 'host')),
  direct: direct.client,
};
const took = { local: [] as number[], remote: [] as number[], direct: [] as number[] };
for (let call = -WARM_UP; call < CALLS; call += 1) {
  for (const name of ['direct', 'local', 'remote'] as const) {
    const start = performance.now();
    await clients[name].callTool({ name: 'list_cases', arguments: { overdue: true } });
    if (call >= 0) took[name].push(performance.now() - start);
  }
}
const [bare = 0, here = 0, there = 0] = [took.direct, took.local, took.remote].map(
  (samples) => distribution('', samples).p50,
);
report(`A call of an application's tool, ms (${CALLS} calls each)`, [
  distribution('the application directly', took.direct),
  distribution('through the gateway, agent on this machine', took.local),
  distribution('through the gateway, agent behind ssh', took.remote),
  figure('added on this machine, at p50', here - bare, '≤ 10'),
  figure('added behind ssh, at p50', there - bare, '≤ 12'),
]);
for (const client of Object.values(clients)) await client.close();
await direct.close();
await Promise.all([app.close(), other.close()]);
await Promise.all([local, remote].map((gateway) => gateway.end('SIGKILL')));

/** In a turn that is held, so that its tools stay. */
async function clientOf(gateway: TestGateway, host: string): Promise<Client> {
  const ana = await gateway.as('jwt:ana');
  const session = (await ana.me()).session.name;
  const { turnId } = await ana.ask('demo hold bench');
  await ana.until(turnId, 'chunk');
  return await connect(mcpUrl(host), `${session}.${secretOf(host, session)}`);
}

/** The same application with a key of the bench's own. */
async function directClient() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' };
  const { createLocalJWKSet, jwtVerify } = await import('jose');
  const keys = createLocalJWKSet({ keys: [jwk] });
  const verify = async (token: string) => (await jwtVerify(token, keys)).payload.sub;
  const server = createServer(getRequestListener(caseTools(new Cases(':memory:'), verify)));
  const token = await new SignJWT({ turn: 'bench' })
    .setProtectedHeader({ alg: 'ES256', kid: 'bench' })
    .setSubject('ana')
    .setExpirationTime('1h')
    .sign(privateKey);
  return { client: await connect(await listening(server), token), close: () => closed(server) };
}

async function connect(url: string, token: string): Promise<Client> {
  const client = new Client({ name: 'bench', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}
