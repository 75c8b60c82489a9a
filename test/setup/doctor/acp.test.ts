/** What `doctor` says of an agent that speaks ACP: it is started, and asked nothing. */
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { examineAcp } from '../../../src/setup/doctor/host/acp.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const PROGRAM = fileURLToPath(new URL('../../host/agents/acp/programs/scripted-agent.ts', import.meta.url));

async function examined(flags: string[], settings: Record<string, string> = {}) {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const env = { PATH: process.env.PATH ?? '', HOME: path, ...settings };
  const argv: [string, ...string[]] = [process.execPath, PROGRAM, ...flags];
  return examineAcp({ argv, command: 'scripted acp' }, { config: loadConfig(settings, path), env });
}

test('an agent that answers is named, with what it takes, how it goes on and how to sign in', async () => {
  expect(await examined(['--takes', 'image', '--auth'])).toEqual([
    expect.objectContaining({
      ok: true,
      found: 'scripted 1.2.3, by ACP (scripted acp); it takes up conversations by session/load',
    }),
    expect.objectContaining({
      ok: true,
      found: 'it takes images with the question; what is large it reads by its path',
    }),
    expect.objectContaining({ ok: true, found: 'it offers: Run `scripted login`' }),
  ]);
});

test.each([
  [['--exit', '3'], 'it closed its output (it can’t start here)'],
  [['--chatter'], 'it writes other text than ACP’s messages'],
  [['--protocol', '7'], 'it speaks version 7 of ACP'],
])('an agent with %j fails, with the reason and what to do', async (flags, reason) => {
  const [check, ...others] = await examined(flags);
  expect(check).toMatchObject({ ok: false, found: expect.stringContaining(reason) });
  expect(others).toEqual([]);
});

test('in the sandbox the key of each of its models has to be there', async () => {
  const PALIADIN_ACCESS = 'users';
  const without = await examined([], { PALIADIN_ACCESS, PALIADIN_SANDBOX_MODELS: 'openai' });
  expect(without.at(-1)).toMatchObject({
    ok: false,
    found: 'in the sandbox it is to ask openai, and there is no key for openai',
    remedy: 'set OPENAI_API_KEY for this host, or other models in PALIADIN_SANDBOX_MODELS',
  });
  const withIt = await examined([], { PALIADIN_ACCESS, PALIADIN_SANDBOX_MODELS: 'openai', OPENAI_API_KEY: 'x' });
  expect(withIt.at(-1)).toMatchObject({
    ok: true,
    found: 'in the sandbox it asks openai with your key, which stays outside',
  });
});
