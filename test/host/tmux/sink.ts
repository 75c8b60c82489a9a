import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pane } from '../../../src/host/tmux/pane.ts';
import type { Launch } from '../../../src/host/tmux/setup.ts';
import { until } from '../../support/until.ts';
import type { TestTmux } from './temporary-tmux.ts';

export interface Sink {
  pane: Pane;
  /** Every byte that the program in the pane has received. */
  received(): Buffer;
  /** Pastes, and waits until all of it has arrived. */
  paste(text: string): Promise<Buffer>;
}

/** A raw-mode program in a pane, which records what it receives. */
export async function startSink(tmux: TestTmux, how: string[] = [], launch: Partial<Launch> = {}): Promise<Sink> {
  const file = join(tmux.directory, 'received');
  const pane = await tmux.start([process.execPath, PROGRAM, file, ...how], launch);
  await until('the sink', async () => (await pane.screen()).lines.includes('sink is ready'));
  const received = () => (existsSync(file) ? readFileSync(file) : Buffer.alloc(0));
  let pasted = 0;
  return {
    pane,
    received,
    async paste(text) {
      const before = received().length;
      await pane.paste(text, join(tmux.directory, `paste-${pasted++}`));
      return until('the end of the paste', () => {
        const bytes = received().subarray(before);
        return bytes.subarray(-PASTE_END.length).equals(PASTE_END) && bytes;
      });
    },
  };
}

export const PASTE_START = Buffer.from('\x1b[200~');
export const PASTE_END = Buffer.from('\x1b[201~');
const PROGRAM = fileURLToPath(new URL('../programs/sink.ts', import.meta.url));
