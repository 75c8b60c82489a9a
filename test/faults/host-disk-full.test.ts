/**
 * F14: the host's disk is full. A turn is refused before anything is typed, with what to do; history can still
 * be read, and once there is space again the next question works.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { fillDisk, makeRoom, mayMount, mountSmallDisk, unmount } from '../support/small-disk.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { type Somebody, somebody } from './somebody.ts';

const mounts = await mayMount();

let gateway: TestGateway;
let state: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  if (!mounts) return;
  state = await temporaryDirectory();
  await mkdir(host());
  mountSmallDisk(host(), '2m');
  gateway = await startTestGateway({ stateDir: state.path });
  await until('the host to be ready', async () => (await fetch(`${gateway.url}/readyz`)).ok);
});

afterAll(async () => {
  if (!mounts) return;
  await gateway?.dispose();
  unmount(host());
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
    await makeRoom(host());
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
    await makeRoom(host());
    await owner.goesOn();
  },
);

test.runIf(mounts)(
  'F14: where a question’s file does not fit, it fails with what to do, nothing of the file is left, and it can be asked again',
  async () => {
    const owner = await somebody(gateway);
    const before = await gateway.prompts(owner.session);
    const small = await owner.upload('small.txt', 'It is small');
    const large = await owner.upload('large.txt', randomBytes(300_000).toString('hex'));
    await fillUp(owner, 400 * 1024);
    const refused = await owner.answer('Read them', { attachments: [small.id, large.id] });
    expect(refused).toMatchObject({
      status: 'failed',
      message: 'Read them',
      attachments: [small, large],
      error: {
        code: 'shim_error',
        retryable: true,
        detail: "the host can't write a file that came with a question (ENOSPC): free some space on the host",
      },
    });
    expect(await gateway.prompts(owner.session)).toEqual(before);
    expect(await readdir(join(host(), 'sessions', owner.session, 'files'))).toEqual([]);
    await makeRoom(host());
    const again = await owner.answer('Read them', { attachments: refused.attachments.map(({ id }) => id) });
    expect(again).toMatchObject({ status: 'completed', response: expect.stringContaining('It begins: “It is small”') });
    expect(again.response).toContain('600000 bytes');
  },
);

function host(): string {
  return join(state.path, 'host');
}

/** Once the host has forgotten what it needs no more, which would make room. */
async function fillUp({ session }: Somebody, room: number): Promise<void> {
  const isLog = (name: string) => name.endsWith('.jsonl') && name !== 'prompts.jsonl';
  await until('the last log to go', async () => !(await readdir(gateway.agentDirectory(session))).some(isLog));
  await fillDisk(host(), room);
}
