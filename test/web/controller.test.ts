/** The controller with a real server on loopback that fails on demand, and Node's fetch. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createApi } from '../../src/web/chat/api.ts';
import type { ConnectionDeps } from '../../src/web/chat/connection.ts';
import { createController } from '../../src/web/chat/controller.ts';
import { messagesOf } from '../../src/web/locales/locale.ts';
import { memory } from '../../src/web/storage.ts';
import { turnView } from './turn-view.ts';

interface Asked {
  method: string;
  path: string;
  key: string | undefined;
  language: string | undefined;
  body: { message?: string; pageOrigin?: string; locale?: string } | null;
}

type Answer = (asked: Asked, response: ServerResponse) => void;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Gives the answers in turn, the last one for ever. */
async function gateway(...answers: Answer[]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const one = await read(request);
    asked.push(one);
    (answers[Math.min(asked.length, answers.length) - 1] as Answer)(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function read(request: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    key: request.headers['idempotency-key']?.toString(),
    language: request.headers['accept-language'],
    body: text === '' ? null : JSON.parse(text),
  };
}

const json =
  (status: number, body: unknown): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const hangUp: Answer = (_, response) => response.destroy();
const takes: Answer = ({ body }, response) =>
  json(202, turnView({ message: body?.message ?? '', sessionId: 'tab', status: 'queued', response: '' }))(
    { body } as Asked,
    response,
  );
const refuses = (status: number, message: string) =>
  json(status, { code: 'queue_full', message, retryable: true, detail: null });

const inMemory = () =>
  memory(() => {
    throw new Error('no storage here');
  });

function open(base: string, { kept = inMemory(), locale = 'en' } = {}) {
  let keys = 0;
  let signedOut = 0;
  let connection: ConnectionDeps | null = null;
  const current = { locale };
  const controller = createController({
    api: createApi(
      () => current.locale,
      (path, init) => fetch(`${base}${path}`, init),
      { pause: () => Promise.resolve() },
    ),
    connect: (deps) => {
      connection = deps;
      return () => undefined;
    },
    userId: 'user',
    generation: 1,
    moved: false,
    sessionId: 'tab',
    conversations: null,
    locale: () => current.locale,
    messages: () => messagesOf(current.locale),
    memory: kept,
    onSignedOut: () => signedOut++,
    now: () => 0,
    random: () => 0,
    newKey: () => `key-${++keys}`,
  });
  return { controller, current, signedOut: () => signedOut, connection: (): ConnectionDeps | null => connection };
}

describe('asking', () => {
  it('sends the question with its page, its language and a key', async () => {
    const { asked, base } = await gateway(takes);
    const { controller } = open(base, { locale: 'de' });
    controller.write('Hallo');
    await controller.send('/cases');
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/api/turns',
        key: 'key-1',
        language: 'de',
        body: { message: 'Hallo', sessionId: 'tab', locale: 'de', pageOrigin: '/cases' },
      },
    ]);
    expect(controller.getState()).toMatchObject({ draft: '', sending: null, turns: [{ view: { message: 'Hallo' } }] });
  });

  it('retries with the same key when the connection breaks', async () => {
    const { asked, base } = await gateway(hangUp, hangUp, takes);
    const { controller } = open(base);
    await controller.ask('hello', null);
    expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-1', 'key-1']);
    expect(controller.getState().turns).toHaveLength(1);
  });

  it('retries when a proxy answers instead of the gateway', async () => {
    const badGateway: Answer = (_, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>');
    const { asked, base } = await gateway(badGateway, takes);
    const { controller } = open(base);
    await controller.ask('hello', null);
    expect(asked).toHaveLength(2);
    expect(controller.getState().turns).toHaveLength(1);
  });

  it('returns the question when nothing answers, and keeps the key for the same text', async () => {
    const { asked, base } = await gateway(hangUp, hangUp, hangUp, hangUp, hangUp, takes);
    const kept = inMemory();
    const first = open(base, { kept });
    first.controller.write('hello');
    await first.controller.send(null);
    expect(first.controller.getState()).toMatchObject({
      draft: 'hello',
      sending: null,
      problem: messagesOf('en').notReached,
    });

    // A reload does not forget it.
    const second = open(base, { kept });
    expect(second.controller.getState().draft).toBe('hello');
    await second.controller.send(null);
    expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(['key-1']));
    expect(second.controller.getState()).toMatchObject({ draft: '', turns: [{ view: { message: 'hello' } }] });
  });

  it('uses a new key for another text', async () => {
    const { asked, base } = await gateway(hangUp, hangUp, hangUp, hangUp, hangUp, takes);
    const { controller } = open(base);
    controller.write('hello');
    await controller.send(null);
    controller.write('hello you');
    await controller.send(null);
    expect(asked.at(-1)?.key).toBe('key-2');
  });

  it('does not retry a refused question, and says why', async () => {
    const { asked, base } = await gateway(refuses(429, 'You already have several questions waiting.'), takes);
    const { controller } = open(base);
    controller.write('hello');
    await controller.send(null);
    expect(asked).toHaveLength(1);
    expect(controller.getState()).toMatchObject({
      draft: 'hello',
      problem: 'You already have several questions waiting.',
    });
    await controller.send(null);
    expect(asked[1]?.key).toBe('key-2');
  });

  it('goes to the sign-in page when the session has ended, and keeps the draft', async () => {
    const { base } = await gateway(refuses(401, 'Please sign in first.'));
    const kept = inMemory();
    const { controller, signedOut } = open(base, { kept });
    controller.write('hello');
    await controller.send(null);
    expect(signedOut()).toBe(1);
    expect(open(base, { kept }).controller.getState().draft).toBe('hello');
  });

  it('survives a reload while the question is on its way', async () => {
    const { base } = await gateway(() => undefined);
    const kept = inMemory();
    const { controller } = open(base, { kept });
    controller.write('hello');
    void controller.send(null);
    expect(controller.getState().draft).toBe('');
    expect(open(base, { kept }).controller.getState().draft).toBe('hello');
  });
});

describe('stopping', () => {
  it('before the gateway has answered cancels the turn as soon as it has', async () => {
    let answer = () => {};
    const waits: Answer = (asked, response) => {
      answer = () => takes(asked, response);
      stop();
    };
    const cancelled: Answer = ({ path }, response) =>
      json(200, turnView({ turnId: path.split('/')[3] ?? '', status: 'cancelled' }))({} as Asked, response);
    const { asked, base } = await gateway(waits, cancelled);
    const { controller } = open(base);
    const stop = () => {
      void controller.stop();
      expect(controller.getState().sending?.stop).toBe(true);
      answer();
    };
    await controller.ask('hello', null);
    expect(asked[1]?.path).toMatch(/^\/api\/turns\/[0-9a-f-]+\/cancel$/);
    expect(controller.getState().turns[0]?.view.status).toBe('cancelled');
  });

  it('ends the attempts to send when nothing answers, without an error', async () => {
    const { asked, base } = await gateway((_, response) => {
      void controller.stop();
      response.destroy();
    });
    const { controller } = open(base);
    controller.write('hello');
    await controller.send(null);
    expect(asked).toHaveLength(1);
    expect(controller.getState()).toMatchObject({ draft: 'hello', sending: null, problem: null });
  });
});

describe('deciding an approval', () => {
  const failed = (status: number, code: string) =>
    json(status, { code, message: code, retryable: false, detail: null });

  /** A chat with one turn that asks. */
  function asking(base: string, id = 'a') {
    const { controller, connection } = open(base);
    const turn = turnView({ status: 'waiting', approvals: [{ id, title: 'May I?', options: [] }] });
    controller.start();
    connection()?.onLoaded({ turns: [turn], nextBefore: null, cursor: 1 }, null);
    const stateNow = () => controller.getState().turns[0]?.approvals.get(id)?.state.at;
    return { controller, turnId: turn.turnId, stateNow };
  }

  it('sends the decision to the approval’s URL, whatever its id', async () => {
    const { asked, base } = await gateway(json(200, turnView()));
    const { controller, turnId, stateNow } = asking(base, 'a b/ü?#');
    const decided = controller.decide(turnId, 'a b/ü?#', { option: 'deny', message: 'no' });
    expect(stateNow()).toBe('deciding');
    await decided;
    expect(stateNow()).toBe('deciding'); // until an event says what came of it
    expect(asked).toMatchObject([
      {
        method: 'POST',
        path: `/api/turns/${turnId}/approvals/a%20b%2F%C3%BC%3F%23`,
        body: { option: 'deny', message: 'no' },
      },
    ]);
  });

  it('is no failure when somebody else decided first', async () => {
    const { base } = await gateway(failed(409, 'conflict'));
    const { controller, turnId, stateNow } = asking(base);
    await controller.decide(turnId, 'a', { option: 'allow' });
    expect(stateNow()).toBe('deciding');
    expect(controller.getState().problem).toBeNull();
  });

  it.each([
    ['was refused', failed(403, 'not_allowed'), 'not_allowed'],
    ['got no answer', hangUp, messagesOf('en').notDone],
  ])('that %s can be done again, and says why', async (_what, answer, problem) => {
    const { base } = await gateway(answer);
    const { controller, turnId, stateNow } = asking(base);
    await controller.decide(turnId, 'a', { option: 'allow' });
    expect(stateNow()).toBe('asked');
    expect(controller.getState().problem).toBe(problem);
  });
});
