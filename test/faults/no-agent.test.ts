/**
 * Nothing can answer: tmux or the agent is missing. The gateway runs all the same. It refuses questions with
 * what is missing and how to fix it, history can still be read, and open turns wait for the gateway's next
 * start.
 */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ErrorBody } from '../../src/contract/api.ts';
import { findProgram } from '../../src/process/find-program.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const running = useGateway();

test.for([
  ['no tmux', { programs: [], agent: 'demo', reason: 'tmux is not found on PATH; install it and start again' }],
  [
    'no agent',
    {
      programs: ['tmux'],
      agent: 'claude',
      reason:
        'PALIADIN_AGENT is claude, but claude is not installed; install it, set PALIADIN_AGENT_COMMAND to its path, ' +
        'or set PALIADIN_AGENT=demo',
    },
  ],
] as const)('with %s questions are refused, and open turns wait', async ([name, { programs, agent, reason }]) => {
  const gateway = running();
  const [owner, anna] = [await somebody(gateway), await somebody(gateway, 'anna')];
  await anna.goesOn();
  const held = name.replace(' ', '-');
  const open = await owner.ask(`demo hold ${held}`);
  await owner.until(open.turnId, 'chunk');
  await gateway.end('SIGTERM');

  await gateway.start({ PALIADIN_AGENT: agent, PATH: await onlyThese(join(gateway.stateDir, held), programs) });
  const { length: known } = (await owner.history()).turns;
  for (const [person, detail] of [
    [owner, reason],
    [anna, null],
  ] as const) {
    const refusal = { code: 'disabled', message: SWITCHED_OFF, retryable: false, detail };
    expect(await person.me()).toMatchObject({ canAsk: false, whyNot: refusal, backend: 'disabled', agent: null });
    const response = await person.call('POST', '/api/turns', { body: { message: 'demo at once' } });
    expect([response.status, await response.json()]).toEqual([503, refusal]);
  }
  expect((await anna.history()).turns[0]).toMatchObject({ status: 'completed', response: 'At once.' });
  expect((await owner.history()).turns).toHaveLength(known);
  expect(await owner.turn(open.turnId)).toMatchObject({ status: 'running', response: 'This is the first half.' });
  const ready = await owner.call('GET', '/readyz');
  const { reasons } = (await ready.json()) as { reasons: ErrorBody[] };
  expect([ready.status, reasons]).toMatchObject([503, [{ code: 'disabled', detail: reason }]]);

  await gateway.end('SIGTERM');
  await owner.release(held);
  await gateway.start();
  expect(await owner.finished(open.turnId)).toMatchObject({
    status: 'completed',
    response: 'This is the first half. This is the second half.',
  });
  expect(await owner.timesReceived(open.turnId)).toBe(1);
  await owner.goesOn();
});

const SWITCHED_OFF = 'The assistant is switched off on this server. You can still read earlier conversations.';

/** A directory for PATH in which only these programs are found. */
async function onlyThese(directory: string, programs: readonly string[]): Promise<string> {
  await mkdir(directory);
  for (const program of programs) await symlink(findProgram(program, process.env) ?? '', join(directory, program));
  return directory;
}
