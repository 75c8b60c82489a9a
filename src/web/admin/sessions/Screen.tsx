/** A picture of a terminal, drawn by xterm: nothing is typed into it. */
import { FitAddon } from '@xterm/addon-fit';
import { type ITheme, Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef } from 'react';
import type { ScreenView } from '../../../contract/screen.ts';
import { sequenceOf } from './sequence.ts';
import { openWithSheets } from './style-sheets.ts';

export function Screen({ screen, label }: { screen: ScreenView; label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const shown = useRef<{ terminal: Terminal; fitIn(): void } | null>(null);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const terminal = new Terminal({
      disableStdin: true,
      cursorInactiveStyle: 'outline',
      convertEol: true,
      scrollback: 0,
      screenReaderMode: false,
      fontFamily: getComputedStyle(element).fontFamily,
      fontSize: LARGEST_FONT,
      theme: THEME,
    });
    const addon = new FitAddon();
    terminal.loadAddon(addon);
    const sheets = openWithSheets(document, () => terminal.open(element));
    // It is looked at, not written in: no place for the keyboard to be caught.
    terminal.textarea?.setAttribute('tabindex', '-1');
    const fitIn = () => {
      const room = addon.proposeDimensions();
      if (room === undefined || !Number.isFinite(room.cols)) return;
      const size = (terminal.options.fontSize ?? LARGEST_FONT) * (room.cols / terminal.cols);
      const next = Math.max(SMALLEST_FONT, Math.min(LARGEST_FONT, Math.floor(size * 2) / 2));
      if (next !== terminal.options.fontSize) terminal.options.fontSize = next;
    };
    shown.current = { terminal, fitIn };
    const observer = new ResizeObserver(fitIn);
    observer.observe(element);
    return () => {
      observer.disconnect();
      shown.current = null;
      terminal.dispose();
      sheets.dispose();
    };
  }, []);

  useEffect(() => {
    if (shown.current === null) return;
    const { terminal, fitIn } = shown.current;
    const { columns, rows } = screen;
    if (terminal.cols !== columns || terminal.rows !== rows) {
      terminal.resize(Math.max(2, columns), Math.max(1, rows));
      fitIn();
    }
    terminal.write(sequenceOf(screen));
  }, [screen]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <figure className="terminal-frame" tabIndex={0} aria-label={label}>
      <div className="terminal-screen" ref={frame} aria-hidden="true" />
      <pre className="only-read">{screen.lines.map(withoutColour).join('\n')}</pre>
    </figure>
  );
}

function withoutColour(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it takes out
  return line.replace(/\u001b\[[0-9;:]*m/g, '').trimEnd();
}

const LARGEST_FONT = 13;
// Below this it is no text any more, and the frame scrolls.
const SMALLEST_FONT = 8;

/** A terminal is dark in either theme, as it is on the host. */
const THEME: ITheme = {
  background: '#101214',
  foreground: '#e9ebee',
  cursor: '#a5b0ff',
  selectionBackground: '#3a4166',
};
