import { join } from 'node:path';
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
  await submitPasted(pane, read, 'a question');
  expect((await pane.screen()).lines).toContain('submitted: true');
});
