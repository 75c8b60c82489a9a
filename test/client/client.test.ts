/** The client against a real server, over connections that break. */
import { connect, createServer, type Socket } from 'node:net';
import { SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { createClient, type FollowedEvent, Refusal, Unreachable } from '../../src/client/index.ts';
import { jwtAuthenticator } from '../../src/http/sign-in/jwt.ts';
import { aPerson, type Running, runServer } from '../http/running-server.ts';

const SECRET = Buffer.from('a secret of the application, of 32 bytes or more');
const now = () => Promise.resolve();

/** Between the client and the server, under the server's own name; its connections can be cut. */
async function cable({ port }: Running) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const behind = connect(port, '127.0.0.1');
    for (const end of [socket, behind]) {
      open.add(end);
      end.on('error', () => undefined).on('close', () => open.delete(end));
    }
    socket.pipe(behind).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return {
    cut: () => {
      for (const end of open) end.destroy();
    },
    at: (server.address() as { port: number }).port,
  };
}

async function take(events: AsyncIterable<FollowedEvent>): Promise<FollowedEvent[]> {
  const taken = [];
  for await (const event of events) taken.push(event);
  return taken;
}

test('a question is asked, followed to its end, and found in the history', async () => {
  const server = await runServer();
  const { token } = await aPerson(server);
  const client = createClient({ url: `${server.origin}/`, token, locale: 'de' });
  const turn = await client.ask({ message: 'Which?', context: 'a page' });
  expect(turn).toMatchObject({ message: 'Which?', status: 'queued' });
  const following = take(client.follow(turn.turnId));
  await server.agent.answer(turn.turnId, 'These.');
  const events = await following;
  expect(events.map(({ event }) => event.type)).toEqual(['accepted', 'delivering', 'running', 'chunk', 'finished']);
  expect((await client.turn(turn.turnId)).response).toBe('These.');
  const { turns, nextBefore, serverTime } = await client.history({ limit: 5 });
  expect([turns.map(({ turnId }) => turnId), nextBefore]).toEqual([[turn.turnId], null]);
  expect(serverTime).toBeGreaterThan(0);
  expect((await client.me()).canAsk).toBe(true);
  // What the reader has already is not sent again, and what is over ends at once.
  const last = events.at(-1)?.id as number;
  expect(await take(client.follow(turn.turnId, { after: last }))).toEqual([]);
  expect(await take(client.follow(turn.turnId, { after: last - 1 }))).toHaveLength(1);
  expect(await client.giveFeedback(turn.turnId, { rating: 'up', comment: '' })).toMatchObject({
    feedback: { rating: 'up' },
  });
});

test('`answer` resolves with the turn at its end', async () => {
  const server = await runServer();
  const { token } = await aPerson(server);
  const answered = createClient({ url: server.origin, token }).answer('hi');
  await expect.poll(async () => (await server.store.turns.list({ limit: 1 })).length).toBe(1);
  const [line] = await server.store.turns.list({ limit: 1 });
  await server.agent.answer(line?.turnId as string, 'Hello.');
  expect(await answered).toMatchObject({ status: 'completed', response: 'Hello.' });
});

test('following goes on over broken connections, with each event once', async () => {
  const server = await runServer();
  const { token } = await aPerson(server);
  const { cut, at } = await cable(server);
  const states: string[] = [];
  // The server answers under its own name alone, as it does behind a proxy.
  const over = createClient({ url: server.origin, token, fetch: through(server, at) });
  const turn = await over.ask('hi');
  const taken: FollowedEvent[] = [];
  const following = (async () => {
    const onConnection = (state: string) => void states.push(state);
    for await (const event of over.follow(turn.turnId, { onConnection })) taken.push(event);
  })();
  await expect.poll(() => taken.length).toBe(2);
  cut();
  await expect.poll(() => states).toEqual(['open', 'lost', 'open']);
  await server.agent.answer(turn.turnId, 'Whole.');
  await following;
  const ids = taken.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  expect(taken.map(({ event }) => event.type)).toEqual(['accepted', 'delivering', 'running', 'chunk', 'finished']);
});

/** Node's fetch sets the Host header by the URL, so the request is led to another port below it. */
function through(server: Running, port: number): typeof fetch {
  return async (input, init) => {
    const { request } = await import('node:http');
    const { pathname, search } = new URL(String(input));
    return await new Promise<Response>((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          path: pathname + search,
          method: init?.method ?? 'GET',
          headers: { ...Object.fromEntries(new Headers(init?.headers)), host: `127.0.0.1:${server.port}` },
          agent: false,
        },
        (response) => {
          const body = new ReadableStream<Uint8Array>({
            start(controller) {
              response.on('data', (data: Buffer) => controller.enqueue(new Uint8Array(data)));
              response.on('end', () => controller.close());
              response.on('error', (error) => controller.error(error));
            },
          });
          const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
          const empty = response.statusCode === 204;
          resolve(
            new Response(empty ? null : body, {
              status: response.statusCode ?? 0,
              headers: Object.fromEntries(headers),
            }),
          );
        },
      );
      sent.on('error', reject);
      init?.signal?.addEventListener('abort', () => sent.destroy());
      sent.end(init?.body as string | undefined);
    });
  };
}

test('an answer is not cut by a token that expires: a new one is asked for, and the events go on where they were', async () => {
  const settings = { key: { secrets: [SECRET] }, issuer: 'app', audience: 'paliadin', maxAgeMs: 600_000, skewMs: 0 };
  const jwt = await jwtAuthenticator(settings, () => server.clock.now);
  const server = await runServer({ jwt, streamLimits: { recheckMs: 20 } });
  let made = 0;
  const token = () => {
    made++;
    const seconds = Math.floor(server.clock.now / 1000);
    return new SignJWT({ sub: 'anna', iss: 'app', aud: 'paliadin', iat: seconds, exp: seconds + 60 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(SECRET);
  };
  const client = createClient({ url: server.origin, token });
  const turn = await client.ask('hi');
  const events: FollowedEvent[] = [];
  const following = (async () => {
    for await (const event of client.follow(turn.turnId)) events.push(event);
  })();
  await expect.poll(() => events.length).toBe(2);
  expect(made).toBe(1);
  server.clock.now += 61_000;
  await expect.poll(() => made).toBe(2);
  await server.agent.answer(turn.turnId, 'Not cut.');
  await following;
  expect(events.map(({ event }) => event.type)).toEqual(['accepted', 'delivering', 'running', 'chunk', 'finished']);
  // Requests that are made at once share the next one.
  server.clock.now += 61_000;
  await Promise.all([client.me(), client.me(), client.history()]);
  expect(made).toBe(3);
});

test('a question whose connection broke is sent again as the same turn', async () => {
  const server = await runServer();
  const { token } = await aPerson(server);
  let sent = 0;
  const client = createClient({
    url: server.origin,
    token,
    pause: now,
    fetch: async (path, init) => {
      const response = await fetch(path, init);
      if (++sent > 2) return response;
      throw new TypeError('the connection broke after it was accepted');
    },
  });
  const turn = await client.ask('Close case 42');
  expect([sent, (await server.store.turns.list({ limit: 9 })).map(({ turnId }) => turnId)]).toEqual([3, [turn.turnId]]);
});

test('a question that a gateway refuses because it is stopping is sent again, until one takes it', async () => {
  const server = await runServer();
  const { token } = await aPerson(server);
  const stopping = {
    code: 'internal',
    message: 'Something went wrong.',
    retryable: true,
    detail: 'the server is being stopped',
  };
  let sent = 0;
  const client = createClient({
    url: server.origin,
    token,
    pause: now,
    fetch: async (path, init) => (++sent > 2 ? await fetch(path, init) : Response.json(stopping, { status: 503 })),
  });
  const turn = await client.ask('Close case 42');
  expect([sent, (await server.store.turns.list({ limit: 9 })).map(({ turnId }) => turnId)]).toEqual([3, [turn.turnId]]);
});

test('a refusal has the gateway’s words, and what is refused for good is not tried again', async () => {
  const server = await runServer();
  const { token } = await aPerson(server);
  const client = createClient({ url: server.origin, token });
  const wrong = await client.ask({ message: 'x', pageorigin: '/' } as never).catch((error: unknown) => error);
  expect(wrong).toBeInstanceOf(Refusal);
  expect(wrong).toMatchObject({
    status: 400,
    body: { code: 'bad_request', detail: expect.stringContaining('pageOrigin') },
  });
  const unknown = take(client.follow('39152504-4154-4a41-92f6-60d5456892f2'));
  await expect(unknown).rejects.toMatchObject({ status: 404, body: { code: 'not_found' } });
  const strange = createClient({ url: server.origin, token: 'pal_gone' });
  await expect(take(strange.followAll())).rejects.toMatchObject({ body: { reason: 'token_unknown' } });
  const tokenless = createClient({ url: server.origin, token: () => Promise.reject(new Error('signed out')) });
  const why = await tokenless.ask('x').catch((error: unknown) => error);
  expect(why).toBeInstanceOf(Unreachable);
  expect(why).toMatchObject({ why: 'token' });
  // Once the application has a token again, so has the client.
  let isOut = true;
  const back = createClient({
    url: server.origin,
    token: () => {
      if (isOut) throw new Error('signed out');
      return token;
    },
  });
  await expect(back.me()).rejects.toMatchObject({ why: 'token' });
  isOut = false;
  expect((await back.me()).canAsk).toBe(true);
});

test('the client decides and stops, and a reader that is told to ends without an error', async () => {
  const server = await runServer();
  const { token } = await aPerson(server, { subject: 'olga', role: 'owner' });
  const client = createClient({ url: server.origin, token });
  const turn = await client.ask('hi');
  const stop = new AbortController();
  const types: string[] = [];
  const reading = (async () => {
    for await (const { event } of client.followAll({ after: 0, signal: stop.signal })) types.push(event.type);
  })();
  await expect.poll(() => types).toEqual(['accepted', 'delivering']);
  stop.abort();
  await reading;
  const decided = client.decide(turn.turnId, 'approval-1', { option: 'deny' });
  await expect(decided).rejects.toMatchObject({ status: 404 });
  expect((await client.stop(turn.turnId)).turnId).toBe(turn.turnId);
});

const TAKES_FILES = { version: '1.2.3', protocol: 1, agent: 'demo', driver: 'demo', attachments: true, settings: '' };

test('files are uploaded from a File, a Blob or bytes, asked with, read again, and removed', async () => {
  const server = await runServer();
  const { token } = await aPerson(server);
  server.agent.identity = () => TAKES_FILES;
  const { attachments, ask } = createClient({ url: server.origin, token });
  const named = await attachments.upload(new File(['One: größe'], 'Größe 1.txt'));
  expect(named).toMatchObject({ name: 'Größe 1.txt', type: 'text/plain', size: 12 });
  const renamed = await attachments.upload(new File(['a'], 'a.txt'), { name: 'b.txt' });
  expect(renamed.name).toBe('b.txt');
  const blob = await attachments.upload(new Blob(['{}']), { name: 'c.json' });
  expect(blob).toMatchObject({ name: 'c.json', size: 2 });
  const bytes = await attachments.upload(new TextEncoder().encode('bytes'));
  expect(bytes.size).toBe(5);
  expect(bytes.name).not.toBe('');
  expect(await (await attachments.read(named.id)).text()).toBe('One: größe');

  const turn = await ask({ message: 'What are these?', attachments: [named.id, blob.id] });
  expect(turn.attachments).toEqual([named, blob]);
  expect(await ask({ message: '', attachments: [renamed.id] })).toMatchObject({ message: '', attachments: [renamed] });
  await expect(ask({ message: '' })).rejects.toMatchObject({ body: { code: 'message_invalid' } });
  await attachments.remove(bytes.id);
  await expect(attachments.read(bytes.id)).rejects.toMatchObject({ status: 404, body: { code: 'not_found' } });

  await expect(attachments.upload(new Blob(['x'.repeat(100_001)]))).rejects.toMatchObject({
    status: 413,
    body: { code: 'attachment_too_large' },
  });
  await expect(attachments.upload(new Blob(['<svg onload="alert(1)"/>']))).rejects.toBeInstanceOf(Refusal);
  const signal = AbortSignal.abort();
  await expect(attachments.upload(new Blob(['a']), { signal })).rejects.toBeInstanceOf(Error);
});
