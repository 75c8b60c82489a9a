/** The channel on the wire: an invalid message gets an error code, and an oversized one ends the connection. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PaliadinError } from '../../src/contract/errors.ts';
import type { HostUpdate } from '../../src/contract/host.ts';
import { reachHost } from '../../src/transport/reach-host.ts';
import { testHost } from '../host/test-host.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { byHand, listen, listenFor } from './served-host.ts';

const hello = { protocolVersion: 1, clientCapabilities: {} };

describe('a host', () => {
  test('answers initialize with its identity', async () => {
    const host = await testHost({ driver: 'demo' });
    const call = await listenFor(host);
    const { result } = await byHand(await call()).call('initialize', hello);
    expect(result).toMatchObject({
      protocolVersion: 1,
      agentCapabilities: { loadSession: false, _meta: { paliadin: host.identity } },
    });
    const channel = await reachHost(await call());
    expect(channel.identity).toEqual(host.identity);
  });

  test('that accepts a connection and does not answer is given up, with what to do', async () => {
    const silent = createServer();
    const { path, remove } = await temporaryDirectory();
    onTestFinished(remove);
    silent.listen(join(path, 'socket'));
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const socket = connect(join(path, 'socket'));
    await expect(reachHost(socket, { answerMs: 50 })).rejects.toMatchObject({
      code: 'mriver_unreachable',
      detail: expect.stringMatching(/does not answer; .*end its process/),
    });
    expect(socket.destroyed).toBe(true);
  });

  test.each([
    ['a method of nobody’s', '_x/method', {}, -32601],
    ['a method of ours that is none', '_paliadin/nothing', {}, -32601],
    ['a session that is no name', '_paliadin/health', { session: '../x' }, -32602],
    ['a turn that is no id', '_paliadin/turn', { session: 'one', turnId: 'x', from: 0 }, -32602],
    [
      'a place before the beginning',
      '_paliadin/turn',
      { session: 'one', turnId: crypto.randomUUID(), from: -1 },
      -32602,
    ],
    ['nothing where something is due', '_paliadin/reset', {}, -32602],
    ['a name that is none', 'session/new', { cwd: '/', mcpServers: [], _meta: { paliadin: { session: 'A' } } }, -32602],
    [
      'a turn without its id',
      'session/prompt',
      { sessionId: 'one', prompt: [{ type: 'text', text: 'x' }], _meta: { paliadin: { fence: 1 } } },
      -32602,
    ],
    ['a failure of ours', '_paliadin/attach', { session: 'one' }, -32000],
  ])('refuses %s', async (_what, method, params, code) => {
    const host = await testHost({ driver: 'demo' });
    const caller = byHand(await (await listenFor(host))());
    await caller.call('initialize', hello);
    expect((await caller.call(method, params)).error).toMatchObject({ code });
    // And goes on.
    expect(await caller.call('_paliadin/sessions')).toMatchObject({ result: { sessions: [] } });
  });

  test('answers invalid JSON and a batch with their error codes', async () => {
    const host = await testHost({ driver: 'demo' });
    const caller = byHand(await (await listenFor(host))());
    expect((await caller.send('{', null)).error).toMatchObject({ code: -32700 });
    expect((await caller.send('[]', null)).error).toMatchObject({ code: -32600 });
    expect((await caller.call('initialize', hello)).result).toBeDefined();
  });

  test('disconnects only the caller that sends a line above a megabyte', async () => {
    const host = await testHost({ driver: 'demo' });
    const call = await listenFor(host);
    const [good, bad] = [byHand(await call()), await call()];
    await good.call('initialize', hello);
    const closed = once(bad, 'close');
    bad.write('x'.repeat(1024 * 1024 + 1));
    await closed;
    expect(await good.call('_paliadin/sessions')).toMatchObject({ result: { sessions: [] } });
  });

  test('accepts a line of almost a megabyte', async () => {
    const caller = byHand(await (await listenFor(await testHost({ driver: 'demo' })))());
    const answer = await caller.call('initialize', { ...hello, _meta: { much: 'x'.repeat(1024 * 1024 - 200) } });
    expect(answer.result).toBeDefined();
  });

  test('goes on when a caller disconnects in the middle of a turn', async () => {
    const host = await testHost({ driver: 'demo' });
    const call = await listenFor(host);
    const socket = await call();
    const caller = byHand(socket);
    await caller.call('initialize', hello);
    await caller.call('session/new', { cwd: '/', mcpServers: [], _meta: { paliadin: { session: 'one' } } });
    const turnId = crypto.randomUUID();
    const _meta = { paliadin: { idempotencyKey: turnId, fence: 1, from: 0, known: false } };
    void caller.call('session/prompt', { sessionId: 'one', prompt: [{ type: 'text', text: 'demo hold x' }], _meta });
    await until('the first half', async () => (await host.turn('one', turnId, 0)).answer !== '');
    socket.destroy();
    host.release('x');
    await until('the end', async () => (await host.turn('one', turnId, 0)).state === 'done');
  });
});

describe('a gateway', () => {
  test('disconnects from a host that sends a line above a megabyte, and its calls fail', async () => {
    const call = await listen((caller) => {
      caller.on('data', (text) => {
        const { id, method } = JSON.parse(String(text));
        const _meta = { paliadin: { version: '1', protocol: 1, agent: 'a', driver: 'd', settings: 's' } };
        if (method === 'initialize') {
          caller.write(
            `${JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: 1, agentCapabilities: { _meta } } })}\n`,
          );
        } else caller.write('x'.repeat(1024 * 1024 + 1));
      });
    });
    const channel = await reachHost(await call());
    await expect(channel.health(null)).rejects.toMatchObject({ code: 'mriver_unreachable' });
    await channel.closed;
    await expect(channel.sessions()).rejects.toMatchObject({ code: 'mriver_unreachable' });
  });

  test('gets shim_error when what answers is not our host', async () => {
    const call = await listen((caller) => {
      caller.on('data', (text) => {
        const { id } = JSON.parse(String(text));
        caller.write(
          `${JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: 1, agentCapabilities: {} } })}\n`,
        );
      });
    });
    await expect(reachHost(await call())).rejects.toMatchObject({ code: 'shim_error' });
  });

  test.each([
    ['hangs up at once', (caller: Socket) => caller.destroy()],
    ['hangs up when greeted', (caller: Socket) => caller.once('data', () => caller.destroy())],
  ])('can’t reach a host that %s', async (_how, serve) => {
    const call = await listen((caller) => void serve(caller));
    await expect(reachHost(await call())).rejects.toMatchObject({ code: 'mriver_unreachable' });
  });

  test('ends its calls when it closes the channel itself', async () => {
    const host = await testHost({ driver: 'demo' });
    const channel = await reachHost(await (await listenFor(host))());
    const prompt = {
      session: 'one',
      turnId: crypto.randomUUID(),
      message: 'demo hold x',
      fence: 1,
      from: 0,
      known: false,
    };
    const outcome = channel.prompt(prompt, () => {});
    await until('the prompt', () => host.prompts().length > 0);
    channel.close();
    await expect(outcome).rejects.toMatchObject({ code: 'mriver_unreachable' });
    await channel.closed;
  });

  test('is asked again when a decision could not be delivered, and no approval stays open after the turn', async () => {
    const failures = [new Error('disk full'), new PaliadinError('shim_error')];
    const host = await testHost({
      driver: 'demo',
      wrap: (driver) => ({
        ...driver,
        async decide(what) {
          const failure = failures.shift();
          if (failure !== undefined) throw failure;
          await driver.decide?.(what);
        },
      }),
    });
    const channel = await reachHost(await (await listenFor(host))());
    const turnId = crypto.randomUUID();
    const told: HostUpdate[] = [];
    const prompt = { session: 'one', turnId, message: 'demo approve', fence: 1, from: 0, known: false };
    const outcome = channel.prompt(prompt, (update) => {
      told.push(update);
      if (update.type === 'approval') void channel.decide('one', turnId, update.approval.id, { option: 'allow' });
    });
    expect(await outcome).toMatchObject({ state: 'done' });
    expect(told.filter(({ type }) => type === 'approval')).toHaveLength(3);
    await expect(channel.decide('one', turnId, 'approval-1', { option: 'allow' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('can’t decide an approval whose agent is gone', async () => {
    const host = await testHost({ driver: 'demo' });
    const channel = await reachHost(await (await listenFor(host))());
    const turnId = crypto.randomUUID();
    const told: HostUpdate[] = [];
    const prompt = { session: 'one', turnId, message: 'demo approve', fence: 1, from: 0, known: false };
    const outcome = channel.prompt(prompt, (update) => told.push(update));
    await until('the request', () => told.some(({ type }) => type === 'approval'));
    host.tmux('one', 'kill-server');
    expect(await outcome).toMatchObject({ code: 'agent_stopped' });
    await expect(channel.decide('one', turnId, 'approval-1', { option: 'allow' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
