/** A connection that closes before its first answer is made again, and only then. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { untilAnswered } from '../../src/transport/until-answered.ts';
import { listen } from './served-host.ts';

/** A peer that serves its n-th caller with the n-th of `ways`, and all others with the last. */
async function peer(...ways: ((caller: Socket) => void)[]) {
  let callers = 0;
  const call = await listen((caller) => (ways[callers++] ?? ways.at(-1))?.(caller));
  const open = async (): Promise<Duplex> => {
    const opened = untilAnswered(await call(), call);
    onTestFinished(() => void opened.destroy());
    return opened;
  };
  return { open, callers: () => callers };
}

const hangUp = (caller: Socket) => caller.destroy();
const hangUpWhenGreeted = (caller: Socket) => caller.once('data', () => caller.destroy());
const echo = (caller: Socket) => caller.pipe(caller);

test('what was written, and its end, arrive at the first peer that answers', async () => {
  const { open, callers } = await peer(hangUpWhenGreeted, hangUp, echo);
  const opened = await open();
  opened.write('one ');
  opened.end('two');
  expect(await text(opened)).toBe('one two');
  expect(callers()).toBe(3);
});

test('a peer that hangs up on everybody is given up', async () => {
  const { open, callers } = await peer(hangUp);
  const opened = await open();
  opened.write('one');
  await once(opened, 'close');
  expect(callers()).toBe(6);
});

test('a peer that can’t be reached again is given up', async () => {
  const call = await listen(hangUp);
  const opened = untilAnswered(await call(), () => Promise.reject(new Error('gone')));
  await new Promise((resolve) => opened.once('close', resolve));
  expect(opened.errored).toMatchObject({ message: 'gone' });
});

test('after the first answer a closed connection is closed', async () => {
  const { open, callers } = await peer((caller) => caller.once('data', (bytes) => caller.end(bytes)));
  const opened = await open();
  opened.write('one');
  expect(await text(opened)).toBe('one');
  expect(callers()).toBe(1);
});

test('destroying it closes the connection, and it is not made again', async () => {
  const closed = Promise.withResolvers<void>();
  const { open, callers } = await peer((caller) => caller.resume().once('close', () => closed.resolve()));
  (await open()).destroy();
  await closed.promise;
  expect(callers()).toBe(1);
});

test('megabytes come through whole, at the reader’s pace', async () => {
  const { open } = await peer(echo);
  const opened = await open();
  const megabytes = Buffer.alloc(8 * 1024 * 1024, 'paliadin');
  opened.end(megabytes);
  await once(opened, 'readable');
  expect(opened.readableLength).toBeLessThan(1024 * 1024);
  expect((await buffer(opened)).equals(megabytes)).toBe(true);
});
