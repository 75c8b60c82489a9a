/**
 * sshd runs the forced command by the account's login shell, whose startup files may print, sleep, or start something
 * else. Here the forced command itself does that: to ssh it is the same.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reachOverSsh } from '../../../src/transport/ssh/reach.ts';
import { type Laptop, startLaptop } from '../../support/laptop.ts';

let laptop: Laptop;
let shim: string;
beforeAll(async () => {
  laptop = await startLaptop();
  shim = `exec ${process.execPath} ${laptop.shim}`;
});
afterAll(() => laptop?.dispose());

/** What bash does for sshd where this is in its startup file. */
function startup(text: string): void {
  const [file, shell] = [join(laptop.home, 'startup'), join(laptop.home, 'login-shell')];
  writeFileSync(file, `${text}\n`);
  writeFileSync(shell, `#!/bin/bash\n. ${file}\n${shim}\n`);
  chmodSync(shell, 0o700);
  laptop.setKeyOptions(`restrict,command="${shell}"`);
}

async function reached(openMs = 20_000): Promise<void> {
  const channel = await reachOverSsh(laptop.target, process.env, { openMs });
  try {
    expect(channel.connected).toBe(true);
    await channel.health(null);
  } finally {
    channel.close();
  }
}

describe('a login shell whose startup file', () => {
  test.each([
    ['prints a line', 'echo Welcome'],
    ['prints what has no end of its line', String.raw`printf 'Welcome\n> '`],
    ['tells its terminal where it is', String.raw`printf '\033]1337;RemoteHost=a@b\007\033]1337;CurrentDir=/\007'`],
    ['prints JSON that is nobody’s reply', `printf '{"jsonrpc":"2.0","method":"x"} {"id":1}'`],
    ['complains', 'echo "stty: standard input: Inappropriate ioctl for device" >&2'],
  ])('%s is skipped', async (_what, text) => {
    startup(text);
    await reached();
  });

  test('takes its time is waited for', async () => {
    startup('sleep 2; echo at last');
    await reached();
  });

  test.each([
    ['starts another shell', 'exec bash', /another shell runs in the shim’s place \(.*jsonrpc.*command not found.*\)/],
    ['starts zsh', fake('zsh', 'zsh: command not found: jsonrpc:2.0', 127), /another shell .* not found: jsonrpc:2\.0/],
    ['starts fish', fake('fish', "fish: Unknown command: '{jsonrpc:2.0}'", 127), /another shell .*fish: Unknown/],
    ['starts tmux', 'exec tmux', /a program that wants a terminal .*not a terminal/],
    [
      'starts screen',
      fake('screen', 'Must be connected to a terminal.', 1),
      /a program that wants .*Must be connected/,
    ],
    ['ends', 'echo bye; exit 0', /ended with 0, if it ran at all \(printed was: bye\)/],
    ['starts a program that repeats what it hears', 'exec head -n 1', /ended with 0.*printed was: .*initialize/],
  ])('%s is named in the error, with the files to look at', async (_what, text, detail) => {
    startup(text);
    const error = await reached().catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'shim_error', detail: expect.stringMatching(detail) });
    expect(error.detail).toMatch(/look at the startup files .*~\/\.bashrc.*~\/\.zshenv.*config\.fish/);
  });

  test.each([
    [
      'prints and then waits for ever',
      'echo "Press any key"; exec sleep 600',
      /nothing came .*printed was: Press any key/,
    ],
    ['starts a shell for a person', 'exec bash -i', /another shell .*jsonrpc/],
  ])('%s is given up, with what it printed', async (_what, text, detail) => {
    startup(text);
    await expect(reached(1_500)).rejects.toMatchObject({
      code: 'shim_error',
      detail: expect.stringMatching(detail),
    });
  });

  test('prints nothing is taken for a host that is asleep', async () => {
    startup('exec sleep 600');
    await expect(reached(1_000)).rejects.toMatchObject({
      code: 'mriver_unreachable',
      detail: expect.stringContaining('does not respond; it may be asleep'),
    });
  });
});

/** A shell that need not be installed here: it reads a line and complains of it. */
function fake(name: string, complaint: string, code: number): string {
  return `exec -a ${name} sh -c 'read line; echo "$1" >&2; exit $2' ${name} "${complaint}" ${code}`;
}
