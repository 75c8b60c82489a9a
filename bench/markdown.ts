/**
 * What an answer costs the page while it grows: one block of code of thousands of lines, and prose with formulas. The work of
 * an update may hardly grow with what is there already: what is finished stays as it is.
 */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, type Rolldown } from 'vite';
import { launchChromium } from '../test/support/chromium.ts';
import { distribution, type Finding, figure, report } from './support/report.ts';

const LINES = 4000;
const UPDATES = 800;

const browser = await launchChromium();
try {
  const page = await browser.newPage();
  await page.setContent('<!doctype html><body></body>');
  const { script, style } = await bundled();
  await page.addStyleTag({ content: style });
  await page.addScriptTag({ content: script });

  async function grown(what: string, text: string): Promise<Finding[]> {
    const samples = await page.evaluate(
      ([whole, updates]) => {
        const { grow } = window as unknown as { grow(text: string): number };
        return Array.from({ length: updates }, (_, i) => grow(whole.slice(0, ((i + 1) * whole.length) / updates)));
      },
      [text, UPDATES] as const,
    );
    const quarter = samples.length / 4;
    const median = (of: number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN;
    const growth = median(samples.slice(-quarter)) / median(samples.slice(quarter, 2 * quarter));
    return [
      distribution(`${what}: an update, ms`, samples, '16 ms'),
      figure(`${what}: the last quarter to the second, times`, growth),
    ];
  }

  const line = (i: number) => `  const value${i} = compute(${i}, "text ${i}"); // a comment of line ${i}`;
  const code = Array.from({ length: LINES }, (_, i) => line(i)).join('\n');
  const prose = Array.from({ length: 400 }, (_, i) => `Paragraph ${i} with $x_{${i}}^2 + y$ and *words*.`).join('\n\n');
  report('An answer that grows', [
    ...(await grown('4000 lines of code', `\`\`\`ts\n${code}\n\`\`\``)),
    ...(await grown('code of no known language', `\`\`\`\n${code}\n\`\`\``)),
    ...(await grown('400 paragraphs with formulas', prose)),
  ]);
} finally {
  await browser.close();
}

/** One script and one style sheet, so that the page needs no server. */
async function bundled(): Promise<{ script: string; style: string }> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('pages/growing.tsx', import.meta.url)), formats: ['iife'], name: 'bench' },
    },
  });
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput];
  const script = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('\n');
  const style = output
    .map((file) => (file.fileName.endsWith('.css') && 'source' in file ? file.source : ''))
    .join('\n');
  return { script, style };
}
