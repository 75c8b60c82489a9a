/** The Prometheus metrics of a real gateway: what they have, who may read them, and what they never have. */
import { expect, test } from 'vitest';
import type { Scope } from '../../../src/contract/scopes.ts';
import { somebody } from '../../faults/somebody.ts';
import { aToken } from '../../support/credentials.ts';
import { until } from '../../support/until.ts';
import { useGateway } from '../../support/use-gateway.ts';

const gateway = useGateway();

async function tokenFor(subject: string, scopes: Scope[]): Promise<string> {
  return await aToken(await gateway().store(), subject, { name: 'prometheus', scopes });
}

async function scrape(token: string): Promise<{ status: number; type: string; text: string }> {
  const response = await fetch(`${gateway().url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
}

/** The value of a sample, whatever other labels it has. */
function sample(text: string, name: string, labels: Record<string, string> = {}): number | null {
  const meant = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const line = meant.find((each) => Object.entries(labels).every(([key, value]) => each.includes(`${key}="${value}"`)));
  return line === undefined ? null : Number(line.split(' ').at(-1));
}

test('metrics have turns by outcome, stages, queue, host, terminals, database and requests', async () => {
  const token = await tokenFor('owner', ['metrics']);
  const anna = await somebody(gateway(), 'anna');
  await anna.answer('demo at once');
  await anna.answer('demo limit');
  const held = await anna.ask('demo hold metrics');
  await anna.until(held.turnId, 'chunk');
  await anna.ask('demo at once');
  const { text, type, status } = await scrape(token);
  expect([status, type]).toEqual([200, expect.stringContaining('text/plain')]);
  expect(sample(text, 'paliadin_turns_total', { status: 'completed', code: '' })).toBe(1);
  expect(sample(text, 'paliadin_turns_total', { status: 'failed', code: 'agent_limit' })).toBe(1);
  expect(sample(text, 'paliadin_turns_open', { status: 'running' })).toBe(1);
  expect(sample(text, 'paliadin_turns_open', { status: 'queued' })).toBe(1);
  for (const stage of ['queued', 'total']) {
    expect([stage, sample(text, 'paliadin_turn_stage_seconds_count', { stage })]).toEqual([stage, 2]);
  }
  expect(sample(text, 'paliadin_turn_stage_seconds_count', { stage: 'first_text' })).toBeGreaterThanOrEqual(1);
  expect(sample(text, 'paliadin_host_up', { backend: 'local', mode: 'channel' })).toBe(1);
  expect(sample(text, 'paliadin_panes', { state: 'answering' })).toBe(1);
  expect(sample(text, 'paliadin_store_seconds_count', { operation: 'turns.insertAll' })).toBe(4);
  for (const quantile of ['0.5', '0.99', '0.999', '1']) {
    expect(sample(text, 'paliadin_event_loop_delay_seconds', { quantile })).toBeLessThan(60);
  }
  expect(sample(text, 'paliadin_http_seconds_count', { method: 'POST', route: '/api/turns', status: '202' })).toBe(4);
  expect(sample(text, 'paliadin_event_streams')).toBe(0);
  expect(sample(text, 'paliadin_info')).toBe(1);
  expect(sample(text, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  await anna.release('metrics');
  await anna.finished(held.turnId);
  await until('the turns to be counted', async () => {
    const { text: later } = await scrape(token);
    return sample(later, 'paliadin_turns_total', { status: 'completed' }) === 3;
  });
});

test('metrics count sign-ins by result', async () => {
  const post = (code: string) =>
    fetch(`${gateway().url}/api/auth/code`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
  await post('wrong');
  await post(new URL(await gateway().signInLink('ben')).hash.replace('#code=', ''));
  const { text } = await scrape(await tokenFor('owner', ['metrics']));
  expect(sample(text, 'paliadin_sign_ins_total', { kind: 'sign-in', way: 'code' })).toBe(1);
  expect(sample(text, 'paliadin_sign_ins_total', { kind: 'sign-in-denied', way: 'code' })).toBe(1);
});

test('metrics are for owner, admins and tokens with their scope, and have no names or user text', async () => {
  const owner = await gateway().as('owner');
  expect((await scrape(owner.token)).status).toBe(200);
  expect((await scrape(await tokenFor('owner', ['ask', 'read', 'admin']))).status).toBe(403);
  expect((await scrape(await tokenFor('carla', ['metrics']))).status).toBe(403);
  expect((await fetch(`${gateway().url}/metrics`)).status).toBe(401);
  const carla = await somebody(gateway(), 'carla');
  const turn = await carla.answer('demo echo a secret word');
  await fetch(`${gateway().url}/a-secret-address?q=secret`);
  await fetch(`${gateway().url}/api/turns/a-secret-id`, { headers: { authorization: `Bearer ${carla.token}` } });
  const { text } = await scrape(owner.token);
  for (const secret of ['carla', 'secret', turn.turnId, carla.session]) expect(text).not.toContain(secret);
});
