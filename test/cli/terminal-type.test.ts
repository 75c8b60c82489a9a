/** By which name tmux is to know the terminal that somebody attaches from. */
import { expect, test } from 'vitest';
import { terminalType } from '../../src/cli/commands/attach.ts';

test.each(['xterm-256color', 'xterm', 'screen-256color', 'tmux-256color', 'linux', 'rxvt-unicode-256color', 'vt100'])(
  '%s, which every machine has a description of, stays',
  (name) => {
    expect(terminalType(name)).toBe(name);
  },
);

test.each([undefined, '', 'dumb', 'unknown', 'xterm-ghostty', 'xterm-kitty', 'alacritty', 'foot', 'wezterm', '../x'])(
  '%s becomes xterm-256color',
  (name) => {
    expect(terminalType(name)).toBe('xterm-256color');
  },
);
