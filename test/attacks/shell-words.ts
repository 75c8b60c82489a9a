/** Orders to a shell, in all that is sent to a host. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { remoteBackend } from '../../src/backend/remote.ts';
import { SESSION_PATTERN } from '../../src/contract/names.ts';
import { sanitise } from '../../src/contract/sanitise.ts';
import { callShim } from '../../src/transport/ssh/call.ts';
import { reachPlainHost } from '../../src/transport/ssh/plain-host.ts';
import { PLAIN_SHIM, startLaptop } from '../support/laptop.ts';

/** The tests, for the top of a file. At 1, each order is sent once, and a few at random; more at more `times`. */
export async function attackWithShellWords(times: number): Promise<void> {
  const laptop = await startLaptop();
  const backend: Backend = remoteBackend({
    host: 'laptop',
    target: () => laptop.target,
    env: process.env,
    isolation: { least: 'none', written: false },
    giveUpMs: 60_000,
    random: Math.random,
  });
  afterAll(async () => {
    await backend.close();
    await laptop.dispose();
  });
  const canary = join(laptop.home, 'canary');
  const session = 'paliad-paliadin-1a2b3c4d';
  afterEach(() => expect(existsSync(canary)).toBe(false));

  const touch = `touch ${canary}`;
  const orders = [
    `; ${touch}`,
    `& ${touch}`,
    `&& ${touch}`,
    `| ${touch}`,
    `\n${touch}\n`,
    `\r\n${touch}\r\n`,
    `|| ${touch} #`,
    `$(${touch})`,
    `\`${touch}\``,
    `#(${touch})`,
    `#{l:#(${touch})}`,
    `<(${touch})`,
    `\${x:-$(${touch})}`,
    `'; ${touch}; '`,
    `"; ${touch}; "`,
    `\\"; ${touch} #`,
    `'$(${touch})'`,
    `{touch,${canary}}`,
    `!${touch}`,
    `-oProxyCommand=${touch}`,
    `--eval=${touch}`,
    '-x',
    '--',
    `-c "${touch}"`,
    `; run-shell "${touch}"`,
    `\u001b[201~${touch}\n`,
    `\u0003${touch}\n`,
    `\u0004\n${touch}\n`,
    `\u0002:run-shell "${touch}"\n`,
    `\0${touch}\0`,
    `;#(${touch});`,
    `%if 1 run-shell "${touch}" %endif`,
    `~.`,
    `\n~C-L 1:1\n`,
    `/bin/sh -c "${touch}"`,
  ];
  const hostile = fc
    .array(fc.oneof(fc.constantFrom(...orders), fc.string({ unit: 'grapheme', maxLength: 12 })), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join(''));
  const noName = hostile.filter((text) => !SESSION_PATTERN.test(text));

  const RUNS = { numRuns: Math.round(times * 10), endOnFailure: true };

  test('T5: a question reaches the agent as it was written', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (words, more) => {
        const message = `demo at once\n${words}`;
        const turnId = randomUUID();
        const prompt = { session, turnId, message: sanitise(message), context: more, pageOrigin: more, locale: 'en' };
        const outcome = await backend.run({ ...prompt, fence: 1, from: 0, known: false }, () => {});
        expect(outcome).toMatchObject({ state: 'done' });
        const got = laptop.prompts(session).find((one) => one.turnId === turnId)?.message ?? '';
        expect(got.startsWith(sanitise(message).trimEnd())).toBe(true);
        expect(existsSync(canary)).toBe(false);
      }),
      {
        numRuns: Math.round(times * orders.length),
        endOnFailure: true,
        examples: orders.map((order): [string, string] => [order, order]),
      },
    );
  });

  test('T5: a question to a plain shim, an argument there, arrives as it was written', {
    timeout: 120_000,
  }, async () => {
    laptop.setKeyOptions(`restrict,command="${PLAIN_SHIM}"`);
    const host = await reachPlainHost(laptop.target, process.env);
    await fc.assert(
      fc.asyncProperty(hostile, async (message) => {
        const prompt = { session, turnId: randomUUID(), message, fence: 1, from: 0, known: false };
        let answer = '';
        await host.prompt(prompt, (update) => {
          if (update.type === 'chunk') answer += update.text;
        });
        expect(answer).toContain(`You said ${Buffer.byteLength(message)} bytes.`);
        expect(existsSync(canary)).toBe(false);
      }),
      RUNS,
    );
  });

  test('T5: a command that is no verb of the shim is refused and changes nothing', { timeout: 120_000 }, async () => {
    laptop.setKeyOptions(`restrict,command="${process.execPath} ${laptop.shim}"`);
    const before = laptop.prompts(session).length;
    const verb = fc.oneof(fc.constantFrom('health', 'reset', 'run-turn', 'connect', 'version'), hostile);
    await fc.assert(
      fc.asyncProperty(verb, noName, async (name, argument) => {
        // A system call can't take NUL, so neither can an attacker's ssh.
        const [first, second] = [name, argument].map((word) => word.replaceAll('\0', ';'));
        const call = callShim(laptop.target, { env: process.env, timeoutMs: 10_000 }, first as 'health', second ?? '');
        await expect(call).rejects.toMatchObject({
          name: 'PaliadinError',
          detail: expect.stringMatching(/ended with 64 /),
        });
        expect(existsSync(canary)).toBe(false);
      }),
      { ...RUNS, examples: orders.slice(0, 6).map((order): [string, string] => ['health', order]) },
    );
    expect(laptop.prompts(session)).toHaveLength(before);
  });

  test('T5: an invalid session name is refused', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(noName, async (name) => {
        await expect(backend.health(name)).rejects.toThrow();
        await expect(backend.reset(name)).rejects.toThrow();
        await expect(backend.attach(name)).rejects.toThrow();
      }),
      { ...RUNS, examples: [['../../x'], ['-x'], ['']] },
    );
  });
}
