/** What the widget costs an application's page, and how soon it can be used. In Chromium, with gateway and application on loopback. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BrowserContext, Page } from 'playwright-core';
import { signUserToken } from '../src/user-token/index.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { startTestGateway } from '../test/support/gateway.ts';
import { distribution, figure, report } from './support/report.ts';

const OPENINGS = Number(process.env.BENCH_OPENINGS ?? 20);
const HOST = 'localhost';
/** Running it, which includes that it is compiled. */
const RUNS: ReadonlySet<string> = new Set(['EvaluateScript']);

const secret = randomBytes(48).toString('base64');
let gatewayUrl = '';
const application = createServer(({ url }, response) => {
  if (url === '/token')
    return response.end(signUserToken({ id: 'ana' }, { secret, issuer: 'app', audience: 'paliadin' }));
  response.setHeader('content-type', 'text/html');
  response.end(
    `<!doctype html><h1>Cases</h1><script src="${gatewayUrl}/embed.js" data-token-url="/token" async></script>`,
  );
});
await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
const origin = `http://${HOST}:${(application.address() as AddressInfo).port}`;
await using gateway = await startTestGateway({
  env: {
    PALIADIN_LOG_LEVEL: 'error',
    PALIADIN_EMBED_ORIGINS: origin,
    PALIADIN_JWT_SECRET: secret,
    PALIADIN_JWT_ISSUER: 'app',
    PALIADIN_JWT_AUDIENCE: 'paliadin',
  },
});
gatewayUrl = gateway.url;
const browser = await launchChromium([HOST]);
const context = await browser.newContext();

const first = await firstLoad(context);
const ready: number[] = [];
for (let opening = 0; opening < OPENINGS; opening++) ready.push(await open(context));
const blocked: number[] = [];
for (let visit = 0; visit < OPENINGS; visit++) blocked.push(await blocking(context));
await browser.close();
application.closeAllConnections();
application.close();

const loader = await readFile(join(import.meta.dirname, '../dist/web/embed.js'));
report(`The widget (${OPENINGS} times)`, [
  figure('loader, bytes gz', gzipSync(loader).length, '≤ 2048'),
  figure('first load of the frame, kB gz', first / 1024, '≤ 150'),
  distribution('open → ready to type, files cached, ms', ready, '≤ 300'),
  distribution('loader on the page’s main thread, ms', blocked, '≤ 10'),
]);

/** Bytes of all that the frame loads until it can be used, as a proxy would compress them. */
async function firstLoad(context: BrowserContext): Promise<number> {
  const page = await visit(context);
  const loaded = new Set<string>();
  page.on('request', (request) => {
    const isFile = /^\/(embed|assets\/.*|logo)$/.test(new URL(request.url()).pathname);
    if (request.url().startsWith(gatewayUrl) && isFile) loaded.add(request.url());
  });
  await openIn(page);
  await page.close();
  const bodies = await Promise.all([...loaded].map(async (url) => await (await fetch(url)).bytes()));
  return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
}

/** Milliseconds from the call to a box that can be typed into. */
async function open(context: BrowserContext): Promise<number> {
  const page = await visit(context);
  const ms = await openIn(page);
  await page.close();
  return ms;
}

async function openIn(page: Page): Promise<number> {
  const framed = page.waitForEvent('frameattached');
  const began = await page.evaluate<number>('Paliadin.open(); performance.timeOrigin + performance.now()');
  const frame = await framed;
  await frame.waitForURL(`${gatewayUrl}/embed`);
  const ended = await frame.evaluate<number>(`new Promise((done) => {
    const look = () => document.querySelector('textarea') ? done(performance.timeOrigin + performance.now()) : requestAnimationFrame(look);
    look();
  })`);
  return ended - began;
}

async function blocking(context: BrowserContext): Promise<number> {
  const page = await context.newPage();
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8'] });
  await page.goto(origin);
  await page.waitForFunction('window.Paliadin');
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  await page.close();
  const own = trace.traceEvents.filter(({ name, args }) => RUNS.has(name) && args?.data?.url?.endsWith('/embed.js'));
  return own.reduce((sum, { dur = 0 }) => sum + dur / 1000, 0);
}

interface TraceEvent {
  name: string;
  /** Microseconds. */
  dur?: number;
  args?: { data?: { url?: string } };
}

async function visit(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(origin);
  await page.waitForFunction('window.Paliadin');
  return page;
}
