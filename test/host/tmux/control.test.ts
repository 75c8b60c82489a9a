/** The control client with a real tmux: each answer belongs to its command, whatever is on the screen. */
import { describe, expect, test } from 'vitest';
import { type Control, openControl } from '../../../src/host/tmux/control.ts';
import { until } from '../../support/until.ts';
import { type TestTmux, temporaryTmux } from './temporary-tmux.ts';

async function open(tmux: TestTmux, ...program: string[]): Promise<Control> {
  const args = ['-S', tmux.socket, '-f', tmux.setup.configuration, 'new-session', '-s', 'test', '--', ...program];
  return openControl(tmux.setup.tmux, args, { env: tmux.setup.env, cwd: tmux.directory });
}

const SLEEP = ['sleep', '60'];

describe('a command', () => {
  test('is answered with its lines', async () => {
    const control = await open(await temporaryTmux(), ...SLEEP);
    expect(await control.run('display-message', '-p', 'one')).toEqual(['one']);
    expect(await control.run('display-message', '-p', '')).toEqual(['']);
    expect(await control.run('set', '-g', '@x', '1')).toEqual([]);
  });

  test.each([
    'two words',
    "it's",
    '"double"',
    '$HOME',
    '\\',
    'a;b',
    ';',
    '; kill-server',
    '~',
    '%1',
    '{',
    '}',
    '# comment',
    '漢字 🙂',
    '\t',
  ])('takes a word literally: %s', async (word) => {
    const control = await open(await temporaryTmux(), ...SLEEP);
    await control.run('set', '-g', '@word', word);
    expect(await control.run('show', '-gqv', '@word')).toEqual([word]);
  });

  test('is one command even if a word has newlines', async () => {
    const control = await open(await temporaryTmux(), ...SLEEP);
    const word = "x\nkill-server\n'y'";
    await control.run('set-environment', '-g', 'WORD', word);
    expect((await control.run('show-environment', '-g', 'WORD')).join('\n')).toBe(`WORD=${word}`);
    expect(await control.run('display-message', '-p', 'still there')).toEqual(['still there']);
  });

  test('that begins another one is answered with what both print, and the next ones get their own answers', async () => {
    const control = await open(await temporaryTmux(), ...SLEEP);
    const nested = (condition: string) =>
      control.runNested('if-shell', '-F', condition, 'display-message -p yes', 'set -g @x 1');
    const answers = await Promise.all([
      nested('1'),
      control.run('display-message', '-p', 'between'),
      nested('0'),
      control.run('show', '-gqv', '@x'),
    ]);
    expect(answers).toEqual([['yes'], ['between'], [], ['1']]);
  });

  test('that begins another one fails if that one does, and the next one is answered', async () => {
    const control = await open(await temporaryTmux(), ...SLEEP);
    const nested = control.runNested('if-shell', '-F', '1', 'paste-buffer -b nothing');
    await expect(nested).rejects.toMatchObject({ code: 'agent_not_ready', detail: 'tmux: no buffer nothing' });
    expect(await control.run('display-message', '-p', 'next')).toEqual(['next']);
  });

  test('that tmux refuses is an error with tmux’s message, and the next one is answered', async () => {
    const control = await open(await temporaryTmux(), ...SLEEP);
    await expect(control.run('no-such-command')).rejects.toMatchObject({
      code: 'agent_not_ready',
      detail: expect.stringContaining('unknown command: no-such-command'),
    });
    await expect(control.run('send-keys', '-t', '=nobody:', 'x')).rejects.toThrow("can't find");
    expect(await control.run('display-message', '-p', 'next')).toEqual(['next']);
  });

  test('gets its own answer, however many run at once', async () => {
    const control = await open(await temporaryTmux(), ...SLEEP);
    const numbers = Array.from({ length: 200 }, (_, number) => number);
    const answers = await Promise.allSettled(
      numbers.map((number) =>
        number % 7 === 3 ? control.run('bad') : control.run('display-message', '-p', `${number}`),
      ),
    );
    for (const [number, answer] of answers.entries()) {
      if (number % 7 === 3) expect(answer.status).toBe('rejected');
      else expect(answer).toEqual({ status: 'fulfilled', value: [`${number}`] });
    }
  });
});

describe('the screen', () => {
  test('may show text that looks like control mode', async () => {
    const tricks = ['%end 1 2 1', '%error 1 2 1', '%begin 1 2 1', '%output %0 x', '%exit'];
    const control = await open(
      await temporaryTmux(),
      'sh',
      '-c',
      `printf '%s\\n' ${tricks.map((line) => `'${line}'`).join(' ')}; sleep 60`,
    );
    const screen = await until('the lines', async () => {
      const lines = await control.run('capture-pane', '-p', '-t', '=test:');
      return lines.includes('%exit') && lines;
    });
    expect(screen.slice(0, tricks.length)).toEqual(tricks);
    expect(await control.run('display-message', '-p', 'in step')).toEqual(['in step']);
  });
});

describe('pane output', () => {
  test('is reported with its pane, with control characters in octal', async () => {
    const control = await open(
      await temporaryTmux(),
      'sh',
      '-c',
      'stty -opost; read x; printf "\\033[1m\\\\ a\\007\\tü\\r\\n"; sleep 60',
    );
    let told = '';
    control.on('output', (pane, text) => {
      expect(pane).toBe('%0');
      told += text;
    });
    await control.run('send-keys', '-t', '=test:', 'Enter');
    await until('the output', () => told.includes('ü'));
    expect(told).toContain('\\033[1m\\134 a\\007\\011ü\\015\\012');
  });

  test('that comes with opening the client is not lost', async () => {
    for (let round = 0; round < 5; round++) {
      const control = await open(await temporaryTmux(), 'sh', '-c', 'printf first; sleep 60');
      let told = '';
      control.on('output', (_pane, text) => {
        told += text;
      });
      await until('the first output', () => told.includes('first'));
    }
  });
});

describe('the end', () => {
  test('of the server closes the client, and fails its waiting commands', async () => {
    const control = await open(await temporaryTmux(), ...SLEEP);
    const closed = new Promise((resolve) => control.once('closed', resolve as () => void));
    const [server] = await control.run('display-message', '-p', '#{pid}');
    process.kill(Number(server), 'SIGSTOP');
    const waiting = control.run('display-message', '-p', 'never');
    process.kill(Number(server), 'SIGKILL');
    await expect(waiting).rejects.toMatchObject({ code: 'agent_stopped' });
    await closed;
    expect(control.closed).toBe(true);
    await expect(control.run('display-message', '-p', 'x')).rejects.toMatchObject({ code: 'agent_stopped' });
  });

  test('of the client leaves the server and its program running', async () => {
    const tmux = await temporaryTmux();
    const control = await open(tmux, ...SLEEP);
    await control.detach();
    expect(control.closed).toBe(true);
    expect(tmux.tmux('list-panes', '-a', '-F', '#{pane_dead}')).toBe('0');
    await control.detach();
  });
});

describe('a client that can’t be opened', () => {
  test('fails with tmux’s message', async () => {
    const tmux = await temporaryTmux();
    await open(tmux, ...SLEEP);
    const again = openControl(tmux.setup.tmux, ['-S', tmux.socket, 'attach-session', '-t', '=other:'], {
      env: tmux.setup.env,
      cwd: '/',
    });
    await expect(again).rejects.toMatchObject({ code: 'agent_not_ready', detail: "tmux: can't find session: other" });
  });

  test.each([
    ['a program that is not there', '/nowhere/tmux', /ENOENT/],
    ['a program that is not tmux', '/bin/true', /tmux did not start/],
  ])('fails with the reason for %s', async (_what, program, detail) => {
    const opening = openControl(program, ['new-session'], { env: {}, cwd: '/' });
    await expect(opening).rejects.toMatchObject({ code: 'agent_not_ready', detail: expect.stringMatching(detail) });
  });
});
