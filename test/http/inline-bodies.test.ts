/** Large bodies, which hold files, are bounded in number and free again once the files are stored. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { png } from '../support/files.ts';
import { until } from '../support/until.ts';
import { aPerson, call, open, type Running, responseOf, runServer } from './running-server.ts';
import { dataUrl } from './wrong-requests.ts';

const PATH = '/v1/chat/completions';

/** Of more than a message without files may have. */
function largeBody(stream = true): string {
  const image = { type: 'image_url', image_url: { url: dataUrl('image/png', png()) } };
  return JSON.stringify({
    model: 'paliadin',
    stream,
    messages: [
      { role: 'user', content: 'x'.repeat(4_300_000) },
      { role: 'assistant', content: 'y' },
      { role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] },
    ],
  });
}

/** A large request whose body is never sent whole. */
async function unfinished(server: Running, bearer: Record<string, string>) {
  const body = largeBody();
  const headers = { ...bearer, 'content-type': 'application/json', 'content-length': body.length };
  const request = open(server, { method: 'POST', path: PATH, headers });
  request.on('error', () => undefined);
  request.write(body.slice(0, 1000));
  await once(request, 'socket');
  return request;
}

test('one large body of a user arrives at a time, and room is left to others', async () => {
  const server = await runServer();
  server.agent.identity = () => ({ attachments: true }) as ReturnType<typeof server.agent.identity>;
  const [anna, ben] = [await aPerson(server, { subject: 'anna' }), await aPerson(server, { subject: 'ben' })];
  const request = await unfinished(server, anna.bearer);
  const large = (bearer: Record<string, string>) =>
    call(server, 'POST', PATH, { headers: { ...bearer, 'content-type': 'application/json' }, body: largeBody() });
  await expect.poll(async () => (await large(anna.bearer)).status).toBe(429);
  const refused = await large(anna.bearer);
  expect(refused).toMatchObject({ headers: { 'retry-after': '2' }, json: { error: { code: 'rate_limited' } } });
  // So are bodies that do not say how long they are, and no others.
  const chunked = open(server, {
    method: 'POST',
    path: PATH,
    headers: { ...anna.bearer, 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
  });
  chunked.end('{}');
  expect((await responseOf(chunked)).statusCode).toBe(429);
  const small = { headers: anna.bearer, json: { model: 'none', messages: [] } };
  expect((await call(server, 'POST', PATH, small)).status).toBe(404);
  expect((await server.turns.history({ userId: ben.user.id, limit: 1 })).turns).toEqual([]);
  request.destroy();
  // The server notices that it is gone, some time later.
  const asked: Promise<unknown>[] = [];
  const ask = async () => {
    const answer = large(anna.bearer);
    asked.push(answer);
    return await Promise.race([answer.then(({ status }) => status), accepted(1)]);
  };
  const accepted = async (count: number) => {
    const here = async () => (await server.turns.history({ userId: anna.user.id, limit: 5 })).turns.length;
    await until(`${count} questions to be accepted`, async () => (await here()) >= count);
    return 'accepted' as const;
  };
  await expect.poll(ask).toBe('accepted');
  // Its answer is being written, and its body is not kept that long.
  const [turn] = (await server.turns.history({ userId: anna.user.id, limit: 1 })).turns;
  expect(turn?.attachments).toMatchObject([{ type: 'image/png', size: png().length }]);
  asked.push(large(anna.bearer));
  await accepted(2);
  await server.app.close();
  await Promise.all(asked);
});
