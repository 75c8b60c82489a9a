/** A host whose forced command knows only `health`, `run-turn` and `reset`: one ssh connection for each call. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HostPrompt, HostUpdate } from '../../../src/contract/host.ts';
import type { HostChannel } from '../../../src/transport/reach-host.ts';
import { callShim } from '../../../src/transport/ssh/call.ts';
import { reachPlainHost, VERB_LIMITS } from '../../../src/transport/ssh/plain-host.ts';
import { reachOverSsh } from '../../../src/transport/ssh/reach.ts';
import { type Laptop, PLAIN_SHIM, startLaptop } from '../../support/laptop.ts';
import { until } from '../../support/until.ts';

const session = 'paliad-paliadin-1a2b3c4d';
const env = process.env;
// Where the limits are not what is tested, a busy machine may take longer.
const PATIENT = { ...VERB_LIMITS, open: 30_000, health: 30_000 };
let laptop: Laptop;
let turns = 0;

beforeAll(async () => {
  laptop = await startLaptop();
});
afterAll(() => laptop?.dispose());
beforeEach(() => {
  laptop.setKeyOptions(`restrict,command="${PLAIN_SHIM}"`);
  writeFileSync(join(laptop.home, 'calls.jsonl'), '');
});

function calls(): { verb: string; session: string; turnId: string; message: string }[] {
  const lines = readFileSync(join(laptop.home, 'calls.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

function ask(host: HostChannel, message: string, more: Partial<HostPrompt> = {}) {
  turns += 1;
  const turnId = `00000000-0000-4000-8000-${String(turns).padStart(12, '0')}`;
  const told: HostUpdate[] = [];
  const prompt = { session, turnId, message, fence: 1, from: 0, known: false, ...more };
  return { turnId, told, outcome: host.prompt(prompt, (update) => told.push(update)) };
}

/** The answer as it was told, and as it is asked for afterwards. */
async function answerOf(host: HostChannel, { turnId, told, outcome }: ReturnType<typeof ask>): Promise<string> {
  const { answerLength } = await outcome;
  let streamed = '';
  for (const update of told) if (update.type === 'chunk') streamed = streamed.slice(0, update.offset) + update.text;
  let fetched = '';
  while (fetched.length < answerLength) fetched += (await host.turn(session, turnId, fetched.length)).answer;
  expect(fetched).toBe(streamed);
  return streamed;
}

describe('a plain shim', () => {
  test('is detected once for each connection, and reports its driver and protocol', async () => {
    const host = await reachOverSsh(laptop.target, env);
    expect(host).toMatchObject({ connected: false, identity: { driver: 'verbs', protocol: 0 } });
    await host.health(session);
    await host.health(null);
    await ask(host, 'hello').outcome;
    expect(calls().map(({ verb }) => verb)).toEqual(['connect', 'health', 'health', 'health', 'run-turn']);
    expect(calls()[2]?.session).toBe(session);
  });

  test('answers with its trailer, exactly as it was written', async () => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    const asked = ask(host, 'Grüße; $(id) "\'`\n-x');
    expect(await answerOf(host, asked)).toBe(
      'You said 21 bytes.\n<!-- paliadin {"used_tools":["plain"],"rows_seen":3,"classifier_tag":"plain"} -->\n',
    );
    expect(await asked.outcome).toMatchObject({ state: 'done', code: null });
    expect(asked.told[0]).toEqual({ type: 'running' });
    expect(calls().at(-1)).toEqual({
      verb: 'run-turn',
      session,
      turnId: asked.turnId,
      message: 'Grüße; $(id) "\'`\n-x',
    });
    await host.acknowledge(session, asked.turnId);
    expect(await host.turn(session, asked.turnId, 0)).toMatchObject({ state: 'absent', answer: '' });
  });

  test('can send a long answer', async () => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    expect(await answerOf(host, ask(host, 'big'))).toMatch(/^ü{300000}\n<!-- paliadin /);
  });

  test('loses the login shell’s greeting before its answer, and nothing of the answer', async () => {
    laptop.setKeyOptions(`restrict,command="echo Welcome; echo ok; exec ${PLAIN_SHIM}"`);
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    expect(await answerOf(host, ask(host, 'hello'))).toMatch(/^You said 5 bytes\.\n<!-- /);
    laptop.setKeyOptions(`restrict,command="${PLAIN_SHIM}"`);
    expect(await answerOf(host, ask(host, 'hello'))).toMatch(/^You said 5 bytes\.\n<!-- /);
  });

  test('gets a reset', async () => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    await host.reset(session);
    expect(calls().at(-1)).toMatchObject({ verb: 'reset', session });
  });

  test('refuses the other calls with shim_outdated', async () => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    await expect(host.attach(session)).rejects.toMatchObject({ code: 'shim_outdated' });
    await expect(host.shutdown()).rejects.toMatchObject({ code: 'shim_outdated' });
    expect(await host.sessions()).toEqual([]);
    expect(await host.retire()).toBe(false);
  });
});

describe('a turn of a plain shim', () => {
  test.each([
    ['that it could not take', 'refuse', { state: 'failed', code: 'agent_not_ready', detail: 'a dialog is open' }],
    ['that it gave up after its minute', 'timeout', { state: 'failed', code: 'timeout' }],
    // It may have typed before: nobody knows.
    [
      'in which it crashed',
      'crash',
      { state: 'unknown', code: 'outcome_unknown', detail: expect.stringContaining('it broke') },
    ],
    ['in which it was killed', 'die', { state: 'unknown', code: 'outcome_unknown' }],
  ])('%s has the outcome that is known', async (_what, order, outcome) => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    expect(await ask(host, order).outcome).toMatchObject(outcome);
    expect(calls().filter(({ verb }) => verb === 'run-turn')).toHaveLength(1);
  });

  test('whose shim is missing fails as not typed', async () => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    laptop.setKeyOptions('restrict,command="/nowhere/shim"');
    expect(await ask(host, 'hello').outcome).toMatchObject({ state: 'failed', code: 'shim_error' });
  });

  test('that did not reach the host fails as not typed', async () => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    await laptop.stopListening();
    const outcome = ask(host, 'hello').outcome;
    expect(await outcome).toMatchObject({ state: 'failed', code: 'mriver_unreachable' });
    await laptop.startListening();
    await host.closed;
  });

  test('is unknown when its connection breaks, and the channel is closed', async () => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    const asked = ask(host, 'hold never');
    await until('the shim to have it', () => calls().some(({ verb }) => verb === 'run-turn'));
    laptop.cut();
    expect(await asked.outcome).toMatchObject({ state: 'unknown', code: 'outcome_unknown' });
    await host.closed;
    expect(calls().filter(({ verb }) => verb === 'run-turn')).toHaveLength(1);
  });

  test.each([
    ['was told of already', { known: true }],
    ['may have been handed over before', { handedOver: true }],
  ])('that %s is not sent again', async (_what, more) => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    await expect(ask(host, 'hello', more).outcome).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(calls().some(({ verb }) => verb === 'run-turn')).toBe(false);
  });

  test('that is cancelled ends at once, and says that the agent goes on', async () => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    const asked = ask(host, 'hang');
    await until('the shim to have it', () => calls().some(({ verb }) => verb === 'run-turn'));
    await host.cancel(session, asked.turnId);
    expect(await asked.outcome).toMatchObject({ state: 'cancelled', detail: expect.stringContaining('goes on') });
  });
});

describe('the time limit of a plain shim', () => {
  test('is set for the first answer and for each of the three verbs', () => {
    expect(VERB_LIMITS).toEqual({ open: 15_000, health: 3_000, 'run-turn': 70_000, reset: 10_000 });
  });

  test('fails a turn with timeout', async () => {
    const host = await reachPlainHost(laptop.target, env, { ...VERB_LIMITS, 'run-turn': 800 });
    expect(await ask(host, 'hang').outcome).toMatchObject({
      state: 'failed',
      code: 'timeout',
      detail: expect.stringContaining('did not answer within 800 ms'),
    });
  });

  test('fails the opening and a health probe with mriver_unreachable', async () => {
    const host = await reachPlainHost(laptop.target, env, { ...PATIENT, health: 500 });
    laptop.setKeyOptions('restrict,command="sleep 60"');
    await expect(host.health(session)).rejects.toMatchObject({ code: 'mriver_unreachable' });
    const opening = reachPlainHost(laptop.target, env, { ...VERB_LIMITS, open: 500 });
    await expect(opening).rejects.toMatchObject({ code: 'mriver_unreachable' });
    laptop.cut();
    host.close();
  });
});

describe('a question that is too long for a plain shim', () => {
  const longest = 90_000;

  test('is refused with the limit, and nothing is called', async () => {
    const host = await reachPlainHost(laptop.target, env, PATIENT);
    expect(await ask(host, 'x'.repeat(longest)).outcome).toMatchObject({ state: 'done' });
    await expect(ask(host, 'x'.repeat(longest + 1)).outcome).rejects.toMatchObject({
      code: 'message_too_large',
      detail: `this host’s shim takes at most ${longest} bytes; update it for more`,
    });
    expect(calls().filter(({ verb }) => verb === 'run-turn')).toHaveLength(1);
  });

  test('would fail anyway: the system allows no longer argument', async () => {
    const call = (base64: number) =>
      callShim(laptop.target, { env, timeoutMs: 10_000 }, 'run-turn', session, TURN, 'YWFh'.repeat(base64 / 4));
    // What is refused is below what the host's system refuses, and that is below what ours does.
    await expect(call(130_900)).resolves.toContain('You said 98175 bytes');
    await expect(call(131_000)).rejects.toMatchObject({ detail: expect.stringContaining('Argument list too long') });
    await expect(call(131_100)).rejects.toMatchObject({ code: 'shim_error', detail: expect.stringContaining('E2BIG') });
  });
});

const TURN = '00000000-0000-4000-8000-000000000000';
