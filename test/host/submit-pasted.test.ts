import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readScreen } from '../../src/host/agents/screen.ts';
import { submitPasted } from '../../src/host/submit-pasted.ts';
import type { Pane } from '../../src/host/tmux/pane.ts';
import { until } from '../support/until.ts';
import { temporaryTmux } from './tmux/temporary-tmux.ts';

const PROGRAM = fileURLToPath(new URL('./programs/reviewer.ts', import.meta.url));

test('Enter is pressed again when the agent redraws its screen and leaves the text for review', async () => {
  const tmux = await temporaryTmux();
  const pane = await tmux.start([process.execPath, PROGRAM]);
  const read = async (one: Pane) => readScreen(await one.screen(), /never busy/);
  await until('the box', async () => (await read(pane)).state === 'ready' && pane.bracketedPaste);
  await pane.paste('a question', join(tmux.directory, 'paste'));
  await submitPasted(pane, read, 'a question', { heard: new Promise(() => {}) });
  expect((await pane.screen()).lines).toContain('submitted: true');
});

test('once the agent reports that it has the prompt, no second Enter is pressed, whatever its box shows', async () => {
  const pressed: string[] = [];
  const pane = Object.assign(new EventEmitter(), {
    lost: false,
    ended: async () => null,
    press: async (key: string) => void pressed.push(key),
  }) as unknown as Pane;
  const read = async () => ({ state: 'ready', box: 'full' }) as const;
  await submitPasted(pane, read, 'a question', { heard: delay(50) });
  await delay(1_500); // longer than an Enter is waited for
  expect(pressed).toEqual(['Enter']);
});
