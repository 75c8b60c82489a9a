/** Which TERM tmux gets for the terminal from which somebody attaches. */
import { expect, test } from 'vitest';
import { terminalType } from '../../src/cli/commands/attach.ts';

test.each(['xterm-256color', 'xterm', 'screen-256color', 'tmux-256color', 'linux', 'rxvt-unicode-256color', 'vt100'])(
  '%s, which every machine knows, is kept',
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
