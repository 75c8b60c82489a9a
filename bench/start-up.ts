/** From starting the program until it is ready, and the size of what a browser loads first. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startTestGateway } from '../test/support/gateway.ts';
import { distribution, figure, report } from './support/report.ts';

const STARTS = 10;

await using gateway = await startTestGateway({ env: { PALIADIN_LOG_LEVEL: 'error' } });
const samples: number[] = [];
for (let start = 0; start < STARTS; start++) {
  await gateway.end('SIGTERM');
  const begun = performance.now();
  await gateway.start();
  const { status } = await fetch(`${gateway.url}/readyz`);
  if (status !== 200) throw new Error(`not ready: ${status}`);
  samples.push(performance.now() - begun);
}

report('Start-up', [
  distribution(`gateway start → ready, ms (${STARTS} starts)`, samples, '≤ 1000'),
  figure('first load of the page, kB gzipped', firstLoadKilobytes(), '≤ 150'),
]);

/** The files that index.html names; the rest is loaded when it is needed. */
function firstLoadKilobytes(): number {
  const root = join(import.meta.dirname, '..', 'dist', 'web');
  const html = readFileSync(join(root, 'index.html'), 'utf8');
  const assets = readdirSync(join(root, 'assets')).filter((name) => html.includes(name));
  const files = ['index.html', ...assets.map((name) => join('assets', name))];
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(root, file))).length, 0) / 1000;
}
