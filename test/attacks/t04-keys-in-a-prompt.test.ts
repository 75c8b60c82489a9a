/**
 * T4. A user puts bytes into a question that a terminal would take for keys: the end of a bracketed paste and what
 * would then be typed, escape sequences, control characters, newlines; and text that tmux or a shell would run (T5).
 *
 * Verified with a real tmux and a program in raw mode that records every byte: it receives one paste, between one pair
 * of marks, with the sanitised text and nothing else; no command in it ran.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sanitise } from '../../src/contract/sanitise.ts';
import { hostileText } from '../contract/hostile-text.ts';
import { PASTE_END, PASTE_START, startSink } from '../host/tmux/sink.ts';
import { temporaryTmux } from '../host/tmux/temporary-tmux.ts';
import { until } from '../support/until.ts';

describe('T4: a paste', () => {
  test('arrives as one paste, byte for byte, whatever its text', async () => {
    const tmux = await temporaryTmux();
    const sink = await startSink(tmux);
    const canary = join(tmux.directory, 'canary');
    const commands = [
      `$(touch ${canary})`,
      `\`touch ${canary}\``,
      `#(touch ${canary})`,
      `; run-shell 'touch ${canary}'`,
      `'; run-shell "touch ${canary}"; '`,
      `\n~.\n\u0003touch ${canary}\n`,
      '#{pane_id} #S %1 %%',
      '-x --help -t =other:',
      'C-c',
      'Enter',
      '"\'\\',
    ];
    const message = fc
      .array(fc.oneof(fc.constantFrom(...commands), hostileText), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join(''))
      .filter((text) => text.replace(/[\p{Cc}\u2028\u2029]/gu, '').trim() !== '')
      .map(sanitise);
    await fc.assert(
      fc.asyncProperty(message, async (text) => {
        expect(await sink.paste(text)).toEqual(Buffer.concat([PASTE_START, Buffer.from(text), PASTE_END]));
      }),
      { numRuns: 100, examples: commands.map((text) => [sanitise(text)]) },
    );
    expect(await readdir(tmux.directory)).not.toContain('canary');
    expect(tmux.tmux('list-panes', '-a')).toMatch(/^[^\n]*$/);
    expect(tmux.tmux('list-buffers')).toBe('');
    expect(await sink.pane.ended()).toBeNull();
  });

  test('of the largest message arrives complete', async () => {
    const sink = await startSink(await temporaryTmux());
    const text = sanitise('0123456789 Ümläute 🙂\n'.repeat(3900));
    expect((await sink.paste(text)).equals(Buffer.concat([PASTE_START, Buffer.from(text), PASTE_END]))).toBe(true);
  });

  test('leaves no file behind', async () => {
    const tmux = await temporaryTmux();
    const sink = await startSink(tmux);
    await sink.paste('a secret');
    expect((await readdir(tmux.directory)).filter((name) => name.startsWith('paste'))).toEqual([]);
  });

  test('works from a directory whose name has tmux formats', async () => {
    const tmux = await temporaryTmux();
    const odd = join(tmux.directory, `C#S #{pane_id} #(touch canary) 'x'`);
    await mkdir(odd);
    const sink = await startSink({ ...tmux, directory: odd }, [], { cwd: odd });
    expect(await sink.paste('hello')).toEqual(Buffer.concat([PASTE_START, Buffer.from('hello'), PASTE_END]));
    expect(tmux.tmux('display-message', '-p', '-t', 'test', '#{pane_current_path}')).toBe(odd);
    expect(await readdir(odd)).toEqual(['received']);
  });
});

describe('T4: a paste is refused', () => {
  test('when bracketed paste is off, so that a newline would be an Enter', async () => {
    const tmux = await temporaryTmux();
    const sink = await startSink(tmux, ['plain']);
    await expect(sink.pane.paste('rm -r\nx', join(tmux.directory, 'paste'))).rejects.toMatchObject({
      code: 'agent_not_ready',
      detail: expect.stringContaining('nothing was typed'),
    });
    // A key pressed afterwards is the first thing that arrives.
    await sink.pane.press('x');
    await until('the key', () => sink.received().length > 0);
    expect(sink.received().toString()).toBe('x');
  });

  test('when the program has ended, and the tmux server goes on', async () => {
    const tmux = await temporaryTmux();
    const pane = await tmux.start(['sh', '-c', 'printf "\\033[?2004h"; read x; exit 3']);
    await until('bracketed paste', () => pane.bracketedPaste);
    await pane.press('Enter');
    await until('the end of the program', () => pane.ended());
    await expect(pane.paste('text', join(tmux.directory, 'paste'))).rejects.toMatchObject({
      code: 'agent_stopped',
      detail: 'the agent has ended: exit status 3',
    });
    expect(pane.lost).toBe(false);
    expect(tmux.tmux('list-sessions')).toContain('test:');
  });
});
