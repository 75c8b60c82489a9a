/** A pane: its screen, the end and restart of its program, and which of our variables the program sees. */
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openControl } from '../../../src/host/tmux/control.ts';
import type { Pane } from '../../../src/host/tmux/pane.ts';
import { findPane } from '../../../src/host/tmux/server.ts';
import { until } from '../../support/until.ts';
import { temporaryTmux } from './temporary-tmux.ts';

const shows = (pane: Pane, text: string) =>
  until(text, async () => (await pane.screen()).lines.join('\n').includes(text));

describe('a program in a pane', () => {
  test('is shown on the screen, and receives keys', async () => {
    const pane = await (await temporaryTmux()).start([
      'sh',
      '-c',
      'echo hello; read word; echo "got <$word>"; sleep 60',
    ]);
    await shows(pane, 'hello');
    for (const key of ['a', 'Space', 'b', 'Enter']) await pane.press(key);
    await shows(pane, 'got <a b>');
    expect(await pane.ended()).toBeNull();
  });

  test('that draws emits an event', async () => {
    const pane = await (await temporaryTmux()).start(['sh', '-c', 'read x; echo more; sleep 60']);
    const drawn = new Promise((resolve) => pane.once('drawn', resolve as () => void));
    await pane.press('Enter');
    await drawn;
  });

  test.each([
    ['exit 0', 'exit status 0'],
    ['exit 7', 'exit status 7'],
    ['kill -9 $$', 'signal 9'],
    ['kill -TERM $$', 'signal 15'],
  ])('that ends with %s is reported with %s', async (command, end) => {
    const pane = await (await temporaryTmux()).start(['sh', '-c', `read x; ${command}`]);
    await pane.press('Enter');
    expect(await until('the end', () => pane.ended())).toBe(end);
  });

  test('that can’t be started ends like any other', async () => {
    const pane = await (await temporaryTmux()).start(['/nowhere/agent', 'x']);
    expect(await until('the end', () => pane.ended())).toMatch(/^exit status \d+$/);
  });
});

describe('after a program has ended', () => {
  test('a paste is refused, and neither ends the server nor leaves the text with it', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sh', '-c', 'printf "\\033[?2004h"; read x']);
    await until('bracketed paste', () => pane.bracketedPaste);
    await pane.press('Enter');
    await until('the end', () => pane.ended());
    await expect(pane.paste('words', join(tmux.directory, 'prompt'))).rejects.toMatchObject({ code: 'agent_stopped' });
    expect(pane.lost).toBe(false);
    expect(tmux.tmux('list-buffers')).toBe('');
  });

  test('another one starts in the same session, without its paste mode', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sh', '-c', 'printf "\\033[?2004h"; read x']);
    const { pid } = pane;
    await until('bracketed paste', () => pane.bracketedPaste);
    await pane.press('Enter');
    await until('the end', () => pane.ended());
    const env = { WHO: "it's me\nand 'you'\n", PRICE: '$HOME "~" \\n #{pid} ;' };
    await pane.respawn({ argv: ['sh', '-c', "echo\necho 'here again'\nsleep 60"], cwd: tmux.directory, env });
    expect(pane.bracketedPaste).toBe(false);
    await shows(pane, 'here again');
    expect(await environmentOf(pane.pid)).toMatchObject(env);
    expect(readlinkSync(`/proc/${pane.pid}/cwd`)).toBe(tmux.directory);
    expect(await pane.ended()).toBeNull();
    expect(pane.pid).not.toBe(pid);
  });

  test('its remaining output is not mixed into the next program’s screen', async () => {
    const pane = await (await temporaryTmux()).start(['sh', '-c', MUCH_THEN_END]);
    for (let starts = 1; starts <= 20; starts++) {
      await until('the end', () => pane.ended());
      const next = `echo 'number ${starts}'; read x; ${MUCH_THEN_END}`;
      await pane.respawn({ argv: ['sh', '-c', next], cwd: '/', env: {} });
      await shows(pane, `number ${starts}`);
      await pane.press('Enter');
    }
  });
});

/** More than tmux keeps for a client that is slow to read. */
const MUCH_THEN_END = 'seq 1 3000; exit 3';

describe('an owner at the terminal', () => {
  test('who has scrolled back does not block keys to the program', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sh', '-c', 'read word; echo "got <$word>"; sleep 60']);
    tmux.tmux('copy-mode', '-t', '%0');
    expect(tmux.tmux('display', '-p', '-t', '%0', '#{pane_in_mode}')).toBe('1');
    await pane.press('a');
    tmux.tmux('copy-mode', '-t', '%0');
    await pane.press('Enter');
    await shows(pane, 'got <a>');
  });

  test.each([
    ['window', 'new-window'],
    ['pane', 'split-window'],
  ])('who opens another %s does not disturb the pane, also when it is found again', async (_what, command) => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sh', '-c', 'echo agent; read word; echo "got <$word>"; sleep 60']);
    await shows(pane, 'agent');
    tmux.tmux(command, 'sh', '-c', 'echo the owner’s; sleep 60');
    await pane.press('a');
    await pane.detach();
    const found = await findPane(tmux.setup, tmux.socket, 'test');
    await found?.press('Enter');
    await until('the answer', async () => (await found?.screen())?.lines.includes('got <a>'));
    expect((await found?.screen())?.lines.join()).not.toContain('owner’s');
  });

  test('who closes the agent’s pane beside another ends the agent', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sleep', '60']);
    tmux.tmux('new-window', 'sleep', '60');
    tmux.tmux('kill-pane', '-t', '%0');
    await expect(pane.screen()).rejects.toMatchObject({ code: 'agent_stopped', detail: 'the agent’s pane was closed' });
    expect(pane.lost).toBe(true);
    expect(await findPane(tmux.setup, tmux.socket, 'test')).toBeNull();
    const next = await tmux.start(['sh', '-c', 'echo anew; sleep 60']);
    await shows(next, 'anew');
  });

  test('who closes the agent’s pane while nobody watches leaves no pane to find', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sleep', '60']);
    tmux.tmux('new-window', 'sleep', '60');
    await pane.detach();
    tmux.tmux('kill-pane', '-t', '%0');
    expect(await findPane(tmux.setup, tmux.socket, 'test')).toBeNull();
    expect(tmux.tmux('list-panes', '-a')).toBe('');
  });

  test('who detaches all other clients does not disconnect us from the program', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sh', '-c', 'read word; echo "got <$word>"; sleep 60']);
    const lost = vi.fn();
    pane.on('lost', lost);
    for (const key of ['a', 'b', 'Enter']) {
      const ours = tmux.tmux('list-clients', '-F', '#{client_pid}');
      tmux.tmux('detach-client', '-s', 'test');
      await until('our next client', () => ![ours, ''].includes(tmux.tmux('list-clients', '-F', '#{client_pid}')));
      await pane.press(key);
    }
    await shows(pane, 'got <ab>');
    expect(lost).not.toHaveBeenCalled();
    expect(pane.lost).toBe(false);
    await pane.kill();
    expect(lost).toHaveBeenCalledOnce();
  });

  test('with a small terminal does not shrink the program’s', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sleep', '60']);
    const terminal = join(tmux.directory, 'sockets', 'phone');
    const attach = [tmux.setup.tmux, '-S', tmux.socket, 'attach-session', '-t', '=test:'];
    const phone = await openControl(
      tmux.setup.tmux,
      ['-S', terminal, '-f', '/dev/null', 'new-session', '-x', '34', '-y', '12', '--', 'env', 'TMUX=', ...attach],
      { env: tmux.setup.env, cwd: '/' },
    );
    await until('the phone', () => pane.watched());
    const { columns, rows } = await pane.picture();
    expect({ columns, rows }).toEqual({ columns: 120, rows: 40 });
    await phone.run('kill-server').catch(() => {});
  });
});

describe('a tmux server that has ended', () => {
  test.each(['kill-server', 'kill-session'])('by %s is noticed, and reported to callers', async (command) => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sleep', '60']);
    const lost = new Promise((resolve) => pane.once('lost', resolve as () => void));
    tmux.tmux(command);
    await lost;
    expect(pane.lost).toBe(true);
    await expect(pane.screen()).rejects.toMatchObject({ code: 'agent_stopped' });
    await expect(pane.press('Enter')).rejects.toMatchObject({ code: 'agent_stopped' });
    expect(await findPane(tmux.setup, tmux.socket, 'test')).toBeNull();
  });

  test('is not found', async () => {
    const tmux = await temporaryTmux();
    expect(await findPane(tmux.setup, tmux.socket, 'test')).toBeNull();
  });

  test('by our own command ends its program too', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sleep', '60']);
    const server = Number(tmux.tmux('display-message', '-p', '#{pid}'));
    await pane.kill();
    expect(pane.lost).toBe(true);
    await pane.kill();
    await until('the end of both', () => !isAlive(pane.pid) && !isAlive(server));
  });
});

describe('a tmux server from which we detached', () => {
  test.each([
    ['on', 'printf "\\033[?2004h"; echo ready; sleep 60', true],
    ['off', 'echo ready; sleep 60', false],
    ['on and off again', 'printf "\\033[?2004h\\033[?2004l"; echo ready; sleep 60', false],
  ])('goes on, and is found again with bracketed paste %s', async (_how, program, on) => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sh', '-c', program]);
    await shows(pane, 'ready');
    await pane.detach();
    const found = await findPane(tmux.setup, tmux.socket, 'test');
    expect(found?.pid).toBe(pane.pid);
    expect(found?.bracketedPaste).toBe(on);
    expect((await found?.screen())?.lines).toContain('ready');
    expect(tmux.tmux('display-message', '-p', '#{pane_width}x#{pane_height}')).toBe('120x40');
  });

  test('of another session on the same socket is not mistaken for it', async () => {
    const tmux = await temporaryTmux();
    await tmux.start(['sleep', '60']);
    expect(await findPane(tmux.setup, tmux.socket, 'tes')).toBeNull();
  });
});

describe('the environment', () => {
  test('of the program is what it was given, and nothing of ours', async () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('PALIADIN_CANARY', 'ours');
    const tmux = await temporaryTmux({ LC_CANARY: 'given' });
    const pane = await tmux.start(['sleep', '60'], { env: { LAUNCH: 'a=b; $(x) #{pane_id}' } });
    const given = { LC_CANARY: 'given', LAUNCH: 'a=b; $(x) #{pane_id}', TERM: 'tmux-256color' };
    const environment = await environmentOf(pane.pid);
    expect(environment).toMatchObject(given);
    const ofTmux = ['TMUX', 'TMUX_PANE', 'PWD', 'SHELL', 'TERM_PROGRAM', 'TERM_PROGRAM_VERSION'];
    const known = [...Object.keys(given), ...ofTmux, 'PATH', 'LANG'];
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('of a client that attaches does not reach programs started later', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sleep', '60']);
    const env = { ...tmux.setup.env, LC_EVIL: 'x', DISPLAY: ':1', SSH_AUTH_SOCK: '/evil', LD_PRELOAD_CANARY: 'x' };
    const owner = await openControl(tmux.setup.tmux, ['-S', tmux.socket, 'attach-session', '-t', '=test:'], {
      env,
      cwd: '/',
    });
    await pane.respawn({ argv: ['sleep', '60'], cwd: '/', env: {} });
    await owner.detach();
    const environment = await environmentOf(pane.pid);
    for (const name of ['LC_EVIL', 'DISPLAY', 'SSH_AUTH_SOCK', 'LD_PRELOAD_CANARY']) {
      expect(environment).not.toHaveProperty(name);
    }
  });
});

/** Of the program; until it is there, the process is still tmux, with tmux's environment. */
async function environmentOf(pid: number): Promise<Record<string, string>> {
  await until('the program in the pane', () => !readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('tmux'));
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
