/** Somebody's first try: a page without a framework, made of what `docs/embed.md` says and nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { APPLICATION_HOST } from '../support/application.ts';
import { useBrowser } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { chatOn } from './chat.ts';

const ROOT = join(import.meta.dirname, '../..');
const browser = useBrowser({ names: [APPLICATION_HOST] });

test('the documented settings, endpoint and tag are all that a page without a framework needs', async () => {
  const document = await readFile(join(ROOT, 'docs/embed.md'), 'utf8');
  const block = (after: string, language: string) => {
    const [, text = ''] =
      new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(document.slice(document.indexOf(after))) ?? [];
    return text;
  };
  const port = await freePort();
  const origin = `http://${APPLICATION_HOST}:${port}`;
  const secret = 'the output of openssl rand -base64 48, or so';

  const settings: Record<string, string> = {};
  for (const line of block('## 1.', 'sh').split('\n')) {
    const [, name, value = ''] = /^(PALIADIN_\w+)=(\S+)/.exec(line) ?? [];
    if (name !== undefined) settings[name] = value.replace('https://app.example', origin).replace('…', secret);
  }
  // "Not on one machine, where both are on loopback."
  delete settings.PALIADIN_PUBLIC_URL;
  const gateway = await gatewayForTest({ env: settings });

  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  await mkdir(join(path, 'node_modules'));
  await symlink(ROOT, join(path, 'node_modules', 'paliadin'));
  const tag = block('## 3.', 'html').replace('https://chat.example', gateway.url);
  const mine = `const userOf = () => ({ id: 7, name: 'Ada' }); const page = ${JSON.stringify(`<!doctype html><title>Mine</title><h1>Mine</h1>${tag}`)};\n`;
  const code = block('### Without a framework', 'js')
    .replace('https://app.example', origin)
    .replace('3000', String(port));
  await writeFile(join(path, 'server.mjs'), `${code.replace('\n\n', `\n\n${mine}`)}console.log('up');`);
  const env = { ...process.env, PALIADIN_JWT_SECRET: secret };
  const server = spawn(process.execPath, ['server.mjs'], { cwd: path, env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void server.kill('SIGKILL'));
  await once(server.stdout, 'data');

  const visitor = await browser.visitor(origin, {}, { fresh: true });
  visitor.expectTrouble(new RegExp(`^request to elsewhere: ${gateway.url}/`));
  await visitor.page.goto('/');
  await visitor.page.waitForFunction('window.Paliadin');
  const { width = 0, height = 0 } = visitor.page.viewportSize() ?? {};
  await visitor.page.mouse.click(width - 46, height - 46);
  await expect.poll(() => visitor.page.frames().length).toBe(2);
  const chat = chatOn(visitor.page.frames()[1] as never);
  await chat.box.waitFor();
  await (await chat.ask('demo at once')).answered();
  expect((await (await gateway.store()).users.bySubject('jwt:7'))?.name).toBe('Ada');
});
