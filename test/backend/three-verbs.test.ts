/** A host whose shim knows `health`, `run-turn` and `reset` only: a connection a call, and what goes without more. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readiness } from '../../src/contract/api.ts';
import { startLaptop } from '../support/laptop.ts';
import { useGateway } from '../support/use-gateway.ts';

const laptop = await startLaptop();
afterAll(laptop.dispose);
const ours = `${process.execPath} ${laptop.shim}`;
const older = join(laptop.home, 'older-shim');
writeFileSync(
  older,
  `#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in
  health\\ *|run-turn\\ *|reset\\ *) exec ${ours};;
  *) echo "unknown verb" >&2; exit 64;;
esac
`,
  { mode: 0o755 },
);
laptop.setKeyOptions(`restrict,command="${older}"`);
const gateway = useGateway({ laptop });

async function hostOf() {
  const owner = await gateway().as('owner');
  return readiness.parse(await (await owner.call('GET', '/readyz')).json()).host;
}

test('it answers, and the owner sees how it is reached', async () => {
  const owner = await gateway().as('owner');
  const question = await owner.ask('Which deadlines have I missed?');
  const { status, error, response, usedTools } = await owner.finished(question.turnId);
  expect({ status, error }).toEqual({ status: 'completed', error: null });
  expect(response).toContain('Which deadlines have I missed?');
  expect(response).not.toContain('<!--');
  expect(usedTools).toEqual(['cases.search']);
  expect(await hostOf()).toMatchObject({ backend: 'remote', mode: 'verbs' });
});

test('a conversation is started over', async () => {
  const owner = await gateway().as('owner');
  await owner.answer('demo echo one');
  const { session, generation } = await owner.reset();
  expect(generation).toBeGreaterThan(1);
  await owner.answer('demo echo two');
  expect(laptop.prompts(session).map(({ message }) => message)).toContain('demo echo two');
});

test('a question that its command line can’t hold is refused, and not cut', async () => {
  const owner = await gateway().as('owner');
  const turn = await owner.answer('x'.repeat(95_000));
  expect(turn).toMatchObject({ status: 'failed', error: { code: 'message_too_large' } });
});

test('a stop ends the wait', async () => {
  const anna = await gateway().as('anna');
  const { turnId } = await anna.ask('demo hold stop');
  await anna.until(turnId, 'running');
  await anna.cancel(turnId);
  expect(await anna.finished(turnId)).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
});

test('a gateway that comes back does not ask again what may have been typed: nobody has a record of it', async () => {
  const ben = await gateway().as('ben');
  const { turnId } = await ben.ask('demo hold restart');
  await ben.until(turnId, 'running');
  await gateway().end('SIGKILL');
  await gateway().start();
  expect(await ben.finished(turnId)).toMatchObject({ status: 'unknown', error: { code: 'outcome_unknown' } });
});

test('a shim of this version in its place is found at the next connection', async () => {
  laptop.setKeyOptions(`restrict,command="${ours}"`);
  await gateway().end('SIGTERM');
  await gateway().start();
  const owner = await gateway().as('owner');
  expect(await owner.answer('demo echo three')).toMatchObject({ status: 'completed' });
  expect(await hostOf()).toMatchObject({ mode: 'channel' });
});
