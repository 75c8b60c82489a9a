/** What the tests start behind ssh: it ends with them, even when they are killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { reachOverSsh } from '../../../src/transport/ssh/reach.ts';
import { startLaptop } from '../../support/laptop.ts';
import { startedWith } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

test('disposing of a test laptop ends all its processes, even those just starting', async () => {
  const laptop = await startLaptop();
  const reached = reachOverSsh(laptop.target, process.env).catch(() => null);
  await until('the shim', () => startedWith(`HOME=${laptop.home}`).length > 0);
  await laptop.dispose();
  await reached;
  expect(startedWith(`HOME=${laptop.home}`)).toEqual([]);
});

test('killed tests leave no process and no directory behind', async () => {
  const at = (path: string) => new URL(`../../${path}`, import.meta.url);
  const program = `import { startLaptop } from '${at('support/laptop.ts')}';
    import { reachOverSsh } from '${at('../src/transport/ssh/reach.ts')}';
    const laptop = await startLaptop();
    const host = await reachOverSsh(laptop.target, process.env);
    const prompt = { session: 'one', turnId: crypto.randomUUID(), message: 'demo hold x', fence: 1, from: 0, known: false };
    await new Promise((resolve) => host.prompt(prompt, resolve).catch(() => {}));
    console.log(laptop.home);`;
  const tests = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void tests.kill('SIGKILL'));
  const [said] = (await once(tests.stdout, 'data')) as [Buffer];
  const home = String(said).trim();
  expect(startedWith(`HOME=${home}`).length).toBeGreaterThan(1);
  tests.kill('SIGKILL');
  await until('all to go', () => startedWith(`HOME=${home}`).length === 0);
  await until('the directory to go', () => !existsSync(dirname(home)));
});
