/**
 * F14: the host's disk is full. A turn is refused before anything is typed, with what to do; history can still
 * be read, and once there is space again the next question works.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { type Somebody, somebody } from './somebody.ts';

const mounts = await mayMount();
if (!mounts) console.warn('skipped: this account may not mount a small disk of its own');

let gateway: TestGateway;
let state: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  if (!mounts) return;
  state = await temporaryDirectory();
  await mkdir(host());
  mount('2m', host());
  gateway = await startTestGateway({ stateDir: state.path });
  await until('the host to be ready', async () => (await fetch(`${gateway.url}/readyz`)).ok);
});

afterAll(async () => {
  if (!mounts) return;
  await gateway?.dispose();
  spawnSync('umount', ['-l', host()]);
  await state.remove();
});

test.runIf(mounts)(
  'F14: without space for the journal a turn fails before anything is typed, and the owner sees why',
  async () => {
    const owner = await somebody(gateway);
    await owner.goesOn();
    const before = await gateway.prompts(owner.session);
    await fillUp(owner, 0);
    const refused = await owner.answer('demo echo no room for this');
    expect(refused).toMatchObject({
      status: 'failed',
      response: '',
      error: {
        code: 'shim_error',
        retryable: true,
        detail: "the host can't write its journal (ENOSPC): free some space on the host",
      },
    });
    expect(await gateway.prompts(owner.session)).toEqual(before);
    expect(await owner.tmux('capture-pane', '-p')).not.toContain('no room');
    expect((await owner.history()).turns).toHaveLength(2);
    await makeRoom();
    await owner.goesOn();
  },
);

test.runIf(mounts)(
  'F14: with space for the journal but not for the prompt nothing is typed, and no file is left',
  async () => {
    const owner = await somebody(gateway);
    const before = await gateway.prompts(owner.session);
    await fillUp(owner, 40 * 1024);
    const refused = await owner.answer(`demo echo ${'no room for this '.repeat(5000)}`);
    expect(refused).toMatchObject({
      status: 'failed',
      error: { code: 'shim_error', detail: expect.stringMatching(/ENOSPC.*free some space on the host/) },
    });
    expect(await gateway.prompts(owner.session)).toEqual(before);
    expect(await owner.tmux('capture-pane', '-p')).not.toContain('no room');
    expect(await readdir(join(host(), 'scratch'))).toEqual([]);
    await makeRoom();
    await owner.goesOn();
  },
);

function host(): string {
  return join(state.path, 'host');
}

/** Fills the disk but for `room` bytes, once the host has forgotten what it needs no more, which would make room. */
async function fillUp({ session }: Somebody, room: number): Promise<void> {
  const isLog = (name: string) => name.endsWith('.jsonl') && name !== 'prompts.jsonl';
  await until('the last log to go', async () => !(await readdir(gateway.agentDirectory(session))).some(isLog));
  const filler = await open(join(host(), 'filler'), 'w');
  try {
    while (
      await filler.appendFile(Buffer.alloc(PAGE)).then(
        () => true,
        () => false,
      )
    );
    const { size } = await filler.stat();
    await filler.truncate(size - room);
  } finally {
    await filler.close();
  }
}

async function makeRoom(): Promise<void> {
  await rm(join(host(), 'filler'));
}

function mount(size: string, path: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'none', path]);
  if (status !== 0) throw new Error(`mount: ${stderr}`);
}

async function mayMount(): Promise<boolean> {
  const trial = await temporaryDirectory();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', trial.path]).status === 0;
  if (mounted) spawnSync('umount', [trial.path]);
  await trial.remove();
  return mounted;
}

// What a tmpfs gives out at once.
const PAGE = 4096;
