/**
 * Our shim called as an older gateway calls it: one connection for each verb, with exactly its ssh command line.
 * Standard output has the result and nothing else.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { serveVerb } from '../../../src/host/shim/serve-verb.ts';
import { reachExpected } from '../../../src/transport/expected-daemon.ts';
import { testDaemon } from '../../backend/test-daemon.ts';
import { startLaptop } from '../../support/laptop.ts';

const session = 'paliad-paliadin-1a2b3c4d';
const laptop = await startLaptop();
afterAll(laptop.dispose);
const base64 = (message: string) => Buffer.from(message).toString('base64');
const turn = (turnId: string, message: string) => laptop.verb('run-turn', session, turnId, base64(message));

test('health and reset say ok', async () => {
  expect(await laptop.verb('health', session)).toEqual({ code: 0, stdout: 'ok\n', stderr: '' });
  expect(await laptop.verb('reset', session)).toEqual({ code: 0, stdout: 'ok\n', stderr: '' });
  expect(await laptop.verb('version')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^paliadin-shim \S+ protocol 1\n$/),
  });
});

test('a turn prints the agent’s answer, with its trailer, and nothing else', async () => {
  const turnId = randomUUID();
  const { code, stdout, stderr } = await turn(turnId, 'demo at once');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^At once\.\n+<!-- paliadin \{.*"classifier_tag":"demo".*\} -->\n?$/);
  // The same call again is the same turn.
  expect(await turn(turnId, 'demo at once')).toEqual({ code: 0, stdout, stderr: '' });
  expect(laptop.prompts(session).filter((prompt) => prompt.turnId === turnId)).toHaveLength(1);
  // Another question under its id is not.
  expect(await turn(turnId, 'demo echo other')).toMatchObject({
    code: 69,
    stdout: '',
    stderr: expect.stringMatching(/^paliadin-shim: idempotency_mismatch/),
  });
});

test('a long answer is complete', async () => {
  const { code, stdout } = await turn(randomUUID(), 'demo long 1mb');
  expect(code).toBe(0);
  expect(Buffer.byteLength(stdout)).toBeGreaterThan(1024 * 1024);
  expect(stdout).toMatch(/<!-- paliadin \{.*\} -->\n?$/);
});

test('after a connection broke, the same call collects the answer', async () => {
  const turnId = randomUUID();
  const broken = turn(turnId, 'demo hold here');
  await expect.poll(() => laptop.prompts(session).some((prompt) => prompt.turnId === turnId)).toBe(true);
  laptop.cut();
  expect(await broken).toMatchObject({ code: 255, stdout: '' });
  laptop.release('here', session);
  expect(await turn(turnId, 'demo hold here')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^This is the first half\. This is the second half\./),
  });
  expect(laptop.prompts(session).filter((prompt) => prompt.turnId === turnId)).toHaveLength(1);
});

test('a permission is denied: by the host’s policy, or since nobody can be asked', async () => {
  onTestFinished(() => laptop.setHostEnv({}));
  for (const [settings, why] of [
    [{}, 'On this machine nobody can be asked'],
    [{ PALIADIN_APPROVALS: 'gateway' }, 'Nobody can be asked'],
  ] as const) {
    laptop.setHostEnv(settings);
    expect(await turn(randomUUID(), 'demo approve delete file x')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^You denied it, so I did not: delete file x\n\n> ${why}`)),
    });
  }
});

test('a turn that fails prints its error on standard error only', async () => {
  expect(await turn(randomUUID(), 'demo crash 7')).toEqual({
    code: 69,
    stdout: '',
    stderr: 'paliadin-shim: agent_stopped: the agent has ended: exit status 7\n',
  });
  expect(await laptop.verb('run-turn', session, randomUUID(), 'AAAA')).toMatchObject({
    code: 69,
    stdout: '',
    stderr: expect.stringMatching(/^paliadin-shim: message_invalid/),
  });
  expect(await laptop.verb('run-turn', session, randomUUID(), '/w==')).toMatchObject({
    code: 69,
    stderr: 'paliadin-shim: message_invalid: the message is not UTF-8\n',
  });
});

test('a turn over the time limit exits with 124, and the same call collects its answer', async () => {
  const daemon = await testDaemon({ PALIADIN_TURN_TIMEOUT: '30s' });
  onTestFinished(daemon.dispose);
  const turnId = randomUUID();
  const call = async (turnMs: number) => {
    const output = new PassThrough();
    const said = text(output);
    const complaints: string[] = [];
    const code = await serveVerb(
      { verb: 'run-turn', args: [session, turnId, base64('demo hold-first there')] },
      {
        version: 'test',
        reachDaemon: () => reachExpected(daemon.process),
        examine: async () => ({}),
        input: new PassThrough(),
        output,
        complain: (line) => complaints.push(line),
        turnMs,
      },
    );
    output.end();
    return { code, stdout: await said, complaints };
  };
  expect(await call(1500)).toEqual({ code: 124, stdout: '', complaints: ['timeout: no answer within 1.5 s'] });
  writeFileSync(join(daemon.stateDir, 'host', 'sessions', session, 'agent', 'release-there'), '');
  expect(await call(20_000)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Both halves at the end\./) });
  expect(daemon.prompts(session)).toHaveLength(1);
});
