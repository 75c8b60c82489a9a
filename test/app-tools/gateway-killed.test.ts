/**
 * A gateway is killed while the agent waits for a tool of the application: on its card, or on its result. The turn goes
 * on, and what changes something reaches the application once at most.
 */
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, expect, test } from 'vitest';
import { somebody } from '../faults/somebody.ts';
import { until } from '../support/until.ts';
import { agentTools } from './as-agent.ts';
import { callsOf, decideOn, useAnyApp } from './use-apps.ts';

const here = useAnyApp();

/** The id of the token with which each call came, in their order; one call has one. */
const came: { tool: string; jti: string | undefined }[] = [];
let held: PromiseWithResolvers<void> | null = null;
let people = 0;
afterEach(() => held?.resolve());

/** A turn that is held, and its agent, with two tools: one that changes something, one that reads. */
async function inTurn() {
  came.length = 0;
  held = null;
  here.serveTools((server) => {
    for (const name of ['change', 'read']) {
      server.registerTool(name, { annotations: { readOnlyHint: name === 'read' } }, async (context) => {
        const token = context.http?.req?.headers.get('authorization')?.slice('Bearer '.length) ?? '';
        came.push({ tool: name, jti: decodeJwt(token).jti });
        await held?.promise;
        return { content: [{ type: 'text', text: `${name} is done` }] };
      });
    }
  });
  const gateway = here.gateway;
  const person = await somebody(gateway, `jwt:ana-${++people}`);
  const { turnId } = await person.ask('demo hold here');
  await person.until(turnId, 'chunk');
  const agent = agentTools(join(gateway.stateDir, 'host'), person.session);
  const card = async () => {
    const event = await person.until(turnId, 'approval');
    return event.type === 'approval' ? event.approval.id : '';
  };
  const restart = async () => {
    await gateway.end('SIGKILL');
    await gateway.start();
  };
  const goesOn = async () => {
    await person.release('here');
    expect(await person.finished(turnId)).toMatchObject({ status: 'completed' });
  };
  return { gateway, person, turnId, agent, card, restart, goesOn };
}

test('a card that waits is the same after the restart, and the call is made once it is allowed', async () => {
  const { gateway, person, turnId, agent, card, restart, goesOn } = await inTurn();
  const result = agent.call('change');
  const id = await card();
  await restart();
  expect(await person.turn(turnId)).toMatchObject({ approvals: [{ id }] });
  expect(came).toEqual([]);
  expect((await decideOn(person, turnId, id, { option: 'allow' })).status).toBe(200);
  expect(await result).toBe('change is done');
  expect(came).toHaveLength(1);
  await goesOn();
  expect((await person.turn(turnId)).decisions).toMatchObject([{ option: 'allow', by: 'user' }]);
  expect(await callsOf(gateway, turnId)).toMatchObject([{ tool: 'change', outcome: 'done' }]);
});

test('a change under way is not made again, and the agent reads that its end is unknown', async () => {
  const { gateway, person, turnId, agent, card, restart, goesOn } = await inTurn();
  held = Promise.withResolvers();
  const result = agent.call('change');
  await decideOn(person, turnId, await card(), { option: 'allow' });
  await until('the call to reach the application', () => came.length === 1);
  await restart();
  expect(await result).toContain('It is not known whether this was done');
  expect(came).toHaveLength(1);
  await goesOn();
  expect(await person.turn(turnId)).toMatchObject({ approvals: [] });
  expect(await callsOf(gateway, turnId)).toMatchObject([{ tool: 'change', outcome: 'unknown' }]);
});

test('a reading call under way is made again, with a token of its own, and is one call on record', async () => {
  const { gateway, turnId, agent, restart, goesOn } = await inTurn();
  held = Promise.withResolvers();
  const result = agent.call('read');
  await until('the call to reach the application', () => came.length === 1);
  await restart();
  held.resolve();
  expect(await result).toBe('read is done');
  expect(new Set(came.map(({ jti }) => jti)).size).toBe(2);
  await goesOn();
  expect(await callsOf(gateway, turnId)).toMatchObject([{ tool: 'read', outcome: 'done' }]);
});
