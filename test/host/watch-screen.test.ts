import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onlyColours } from '../../src/contract/only-colours.ts';
import type { ScreenView } from '../../src/contract/screen.ts';
import { until } from '../support/until.ts';
import { testHost } from './test-host.ts';

const session = 'test-1a2b3c4d';

test('a watcher gets the screen as the terminal starts, changes and ends, and starts nothing', async () => {
  const host = await testHost({ driver: 'demo' });
  const screens: ScreenView[] = [];
  const leave = new AbortController();
  const looking = host.watchScreen(session, async (screen) => void screens.push(screen), leave.signal);
  await until('the picture', () => screens.length > 0);
  expect(screens).toEqual([{ live: false, columns: 0, rows: 0, lines: [], cursor: null }]);
  expect((await host.sessions()).find((one) => one.session === session)?.live ?? false).toBe(false);
  const asked = host.ask('demo hold h', { session });
  await until(
    'the question',
    () => screens.at(-1)?.live === true && screens.at(-1)?.lines.some((line) => line.includes('demo hold h')),
  );
  expect(await host.hibernate(session)).toBe(false);
  // As a program writes it that wants to be obeyed by whoever looks.
  const tty = host.tmux(session, 'display-message', '-p', '#{pane_tty}').trim();
  writeFileSync(tty, '\u001b[H\u001b[31mred\u001b[0m\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007');
  await until('the colour', () => screens.some(({ lines }) => lines[0]?.startsWith('\u001b[31mred')));
  host.release('h', session);
  expect(await asked.outcome).toMatchObject({ state: 'done' });
  const last = screens.at(-1) as ScreenView;
  expect([last.columns, last.rows]).toEqual([120, 40]);
  for (const line of screens.flatMap(({ lines }) => lines)) {
    expect(line.replaceAll(COLOUR, '')).not.toMatch(/\p{Cc}/u);
  }
  expect(await host.hibernate(session)).toBe(true);
  await until('the picture', () => screens.at(-1)?.live === false);
  expect(await host.hibernate(session)).toBe(true); // there is nothing left to end
  leave.abort();
  await looking;
  const seen = screens.length;
  await host.ask('demo at once', { session }).outcome;
  expect(screens).toHaveLength(seen);
});

test('the next screen is taken only after the watcher has taken the one before', async () => {
  const host = await testHost({ driver: 'demo' });
  await host.ask('demo at once', { session }).outcome;
  const taken: PromiseWithResolvers<void>[] = [];
  const leave = new AbortController();
  const looking = host.watchScreen(
    session,
    () => {
      taken.push(Promise.withResolvers<void>());
      return taken.at(-1)?.promise ?? Promise.resolve();
    },
    leave.signal,
  );
  await until('the picture', () => taken.length === 1);
  await host.ask('demo at once', { session }).outcome;
  expect(taken).toHaveLength(1);
  taken[0]?.resolve();
  await until('the picture', () => taken.length === 2);
  leave.abort();
  taken[1]?.resolve();
  await looking;
});

test('of a program’s output only text and colours are shown', () => {
  const kept: [string, string][] = [
    ['\u001b[1;31mred\u001b[0m', '\u001b[1;31mred\u001b[0m'],
    ['\u001b[38;2;1;2;3mtrue\u001b[39m', '\u001b[38;2;1;2;3mtrue\u001b[39m'],
    ['\u001b[4:3mcurly', '\u001b[4:3mcurly'],
    ['\u001b[2J\u001b[Hx', 'x'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001bPq#0;2\u001b\\x\u001b_a\u001b\\', 'x'],
    ['\u001b]52;c;aGk=', ''],
    ['\u001b[?1049hx\u001bcy\u001b(0z', 'xyz'],
    ['a\u000eb\u000f\u0007\u0008c\r\n\t', 'abc'],
    ['\u009b31mx\u009d0;t\u009c', '31mx0;t'],
    ['Größe 案件 🙂', 'Größe 案件 🙂'],
    ['\u001b', ''],
    ['\u001b[31', '31'],
  ];
  for (const [written, shown] of kept) expect(onlyColours(written)).toBe(shown);
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('\u001b', '[', ']', 'm', '3', ';', 'x', '\\', '\u0007', '\u009b', '?') }),
      (text) => {
        expect(onlyColours(text).replaceAll(COLOUR, '')).not.toMatch(/\p{Cc}/u);
      },
    ),
    { numRuns: 2000 },
  );
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours are made of
const COLOUR = /\u001b\[[0-9;:]*m/g;
