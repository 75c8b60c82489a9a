/**
 * F15: the store's disk is full: that of the file, that of PostgreSQL's tables, that of PostgreSQL's log. Questions are
 * refused in time and nothing of them is typed; what was accepted before is answered, and stored once there is room.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type ApiClient, uploadCall } from '../support/api-client.ts';
import type { TestGateway } from '../support/gateway.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';
import { startServer } from '../support/postgres.ts';
import { fillDisk, makeRoom, mayMount, mountSmallDisk, unmount } from '../support/small-disk.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

// A server of its own, and limits of seconds that have to pass.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const mounts = await mayMount();
interface Full {
  gateway: TestGateway;
  /** A directory on the small disk. */
  disk: string;
  /** What the gateway's log says of it. */
  said: RegExp;
  /** What the server's administrator does, once there is room. */
  repair(): Promise<void>;
}

const STORES: Record<string, () => Promise<Full>> = {
  'the file’s disk': onSmallDisk,
  'the disk of PostgreSQL’s tables': () => onPostgres('data', '64m'),
  'the disk of PostgreSQL’s log': () => onPostgres('log', '16m'),
};

async function onSmallDisk(): Promise<Full> {
  const state = await temporaryDirectory();
  onTestFinished(async () => {
    unmount(state.path);
    await state.remove();
  });
  // Room for a file, and for its pages once more in the log beside it.
  mountSmallDisk(state.path, '8m');
  const gateway = await gatewayForTest({ stateDir: state.path, laptop: await aLaptop(), env });
  return { gateway, disk: state.path, said: /disk is full: make room/, repair: async () => {} };
}

/** A cluster whose tables or log are on a small disk. */
async function onPostgres(which: 'data' | 'log', size: string): Promise<Full> {
  let disk = '';
  const server = await startServer({
    prepare(directories) {
      disk = directories[which];
      mountSmallDisk(disk, size);
    },
  });
  onTestFinished(async () => {
    await server.kill();
    unmount(disk);
  });
  const gateway = await gatewayForTest({ laptop: await aLaptop(), databaseUrl: await server.newDatabase(), env });
  // A log without room stops the server. One that has not ended by itself is ended.
  const repair = async () => {
    await server.kill();
    await server.start();
  };
  return which === 'log'
    ? { gateway, disk, repair, said: /Connection terminated/ }
    : { gateway, disk, repair: async () => {}, said: /No space left on device/ };
}

/** The host is another machine: its journal is not on the disk that is filled, which would be F14. */
async function aLaptop(): Promise<Laptop> {
  const laptop = await startLaptop();
  onTestFinished(() => laptop.dispose());
  return laptop;
}

const env = { PALIADIN_QUEUE_LIMIT: '1000' };

const WHOLE = 'This is the first half. This is the second half.';

test.runIf(mounts).each(Object.entries(STORES))(
  'F15: while %s is full questions get 503 in time and are not typed; no accepted one is lost',
  async (_, start) => {
    const { gateway, disk, said, repair } = await start();
    const [owner, anna] = [await somebody(gateway), await somebody(gateway, 'anna')];
    await owner.goesOn();
    const held = await owner.ask('demo hold here');
    await owner.until(held.turnId, 'chunk');
    const waiting = await owner.ask('demo at once');

    await fillDisk(disk);
    const accepted: string[] = [];
    // Pages and log files that were begun before have some room left.
    let refused: Response | null = null;
    for (let count = 0; count < MOST && refused === null; count++) {
      const from = performance.now();
      const response = await submit(anna, `key-${count}`, messageOf(count));
      expect(performance.now() - from).toBeLessThan(10_000);
      if (response.status === 202) accepted.push(((await response.json()) as { turnId: string }).turnId);
      else refused = response;
    }
    expect(refused?.status).toBe(503);
    expect(await refused?.json()).toMatchObject({ code: 'store_unavailable', retryable: true });
    expect(gateway.log).toMatch(said);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    await owner.release('here');

    await makeRoom(disk);
    await repair();
    for (const { turnId, response } of [
      { ...held, response: WHOLE },
      { ...waiting, response: 'At once.' },
    ]) {
      expect(await owner.finished(turnId)).toMatchObject({ status: 'completed', response, error: null });
      expect(await owner.timesReceived(turnId)).toBe(1);
    }
    expect(await streamed(owner, held.turnId)).toBe(WHOLE);
    for (const turnId of accepted) {
      expect(await anna.finished(turnId)).toMatchObject({ status: 'completed', error: null });
      expect(await anna.timesReceived(turnId)).toBe(1);
    }
    // What was refused was not typed, and is one turn when it is asked again.
    expect(await gateway.prompts(anna.session)).toHaveLength(accepted.length);
    const again = await submit(anna, `key-${accepted.length}`, messageOf(accepted.length));
    expect(again.status).toBe(202);
    const { turnId } = (await again.json()) as { turnId: string };
    expect(await anna.finished(turnId)).toMatchObject({ status: 'completed' });
    expect(await anna.timesReceived(turnId)).toBe(1);
    expect(await (await gateway.store()).audit.verify({ contents: true })).toMatchObject({ broken: null });
    await owner.goesOn();
  },
);

test.runIf(mounts)(
  'F15: while the file’s disk is full an upload gets 503, nothing half is left of it, and it works once there is room',
  async () => {
    const { gateway, disk } = await onSmallDisk();
    const anna = await somebody(gateway, 'anna');
    await anna.goesOn();
    const kept = await anna.upload('kept.txt', 'asked with once there is room');
    const before = await rowsOfFiles(disk);
    await fillDisk(disk);
    const large = randomBytes(600_000).toString('hex');
    const refused = await uploadCall(anna.call, 'large.txt', large);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'store_unavailable', retryable: true });

    await makeRoom(disk);
    expect(await rowsOfFiles(disk)).toEqual(before);
    const { id } = await anna.upload('large.txt', large);
    expect(await (await anna.call('GET', `/api/attachments/${id}`)).text()).toBe(large);
    const turn = await anna.answer('What are these?', { attachments: [kept.id, id] });
    expect(turn).toMatchObject({ status: 'completed', attachments: [{ name: 'kept.txt' }, { name: 'large.txt' }] });
  },
);

/** How many files and pieces of files the store has. */
async function rowsOfFiles(directory: string): Promise<unknown> {
  const file = new DatabaseSync(join(directory, 'paliadin.db'), { readOnly: true });
  try {
    return file
      .prepare('select (select count(*) from attachments) as files, (select count(*) from attachment_pieces) as pieces')
      .get();
  } finally {
    file.close();
  }
}

function submit(person: ApiClient, key: string, message: string): Promise<Response> {
  return person.call('POST', '/api/turns', {
    body: { message },
    headers: { 'idempotency-key': key },
  });
}

/** The answer as a reader puts it together from its pieces. */
async function streamed(person: ApiClient, turnId: string): Promise<string> {
  let text = '';
  for await (const { event } of person.events(turnId)) {
    if (event.type === 'chunk') text = text.slice(0, event.offset) + event.text;
  }
  return text;
}

/** A question that no store makes smaller: the same for the same number. */
function messageOf(number: number): string {
  messages[number] ??= `demo at once\n${randomBytes(70_000).toString('base64')}`;
  return messages[number];
}

const messages: string[] = [];
// More than the room that is left in what was begun.
const MOST = 150;
