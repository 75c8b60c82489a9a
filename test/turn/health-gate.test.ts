/** The health gate: a success is cached for a while, for each session; a failure never is. */
import { expect, test, vi } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { PaliadinError } from '../../src/contract/errors.ts';
import type { HostIdentity } from '../../src/contract/host.ts';
import { createHealthGate } from '../../src/turn/health-gate.ts';

function observed(probe = vi.fn(async (_session: string) => {})) {
  let now = 0;
  const gate = createHealthGate({ probeMs: 50, firstProbeMs: 200, cacheMs: 10_000, now: () => now });
  let identity: HostIdentity | null = aHost;
  const backend = {
    health: probe as unknown as Backend['health'],
    identity: () => identity,
    presence: () => 'here' as const,
  };
  return {
    probe,
    gate: { ...gate, pass: (session: string) => gate.pass(session, backend) },
    forget: () => {
      identity = null;
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const aHost: HostIdentity = { version: '0', protocol: 1, agent: 'demo', driver: 'demo', settings: '' };

test('a success is cached for ten seconds, and not longer', async () => {
  const { gate, probe, pass } = observed();
  await gate.pass('one');
  pass(9_999);
  await gate.pass('one');
  expect(probe).toHaveBeenCalledTimes(1);
  pass(1);
  await gate.pass('one');
  expect(probe).toHaveBeenCalledTimes(2);
  pass(9_999);
  await gate.pass('one');
  expect(probe).toHaveBeenCalledTimes(2);
});

test('a success of one session does not count for another', async () => {
  const { gate, probe } = observed();
  await gate.pass('one');
  await gate.pass('two');
  expect(probe.mock.calls).toEqual([['one'], ['two']]);
});

test('a failure is thrown, and the next pass probes again', async () => {
  const reason = new PaliadinError('agent_not_ready', 'a dialog is open');
  const { gate, probe } = observed(
    vi.fn<(session: string) => Promise<void>>().mockRejectedValueOnce(reason).mockResolvedValue(),
  );
  await expect(gate.pass('one')).rejects.toBe(reason);
  await gate.pass('one');
  expect(probe).toHaveBeenCalledTimes(2);
});

test('a failure after a success counts once the cached success has expired', async () => {
  const { gate, probe, pass } = observed();
  await gate.pass('one');
  pass(10_000);
  probe.mockRejectedValueOnce(new PaliadinError('mriver_unreachable'));
  await expect(gate.pass('one')).rejects.toMatchObject({ code: 'mriver_unreachable' });
  await gate.pass('one');
  expect(probe).toHaveBeenCalledTimes(3);
});

test('a cached success can be dropped for one session', async () => {
  const { gate, probe } = observed();
  await gate.pass('one');
  await gate.pass('two');
  gate.drop('one');
  await gate.pass('one');
  await gate.pass('two');
  expect(probe.mock.calls).toEqual([['one'], ['two'], ['one']]);
});

test('a probe without an answer in time fails as unreachable, and its late answer is ignored', async () => {
  const answer = Promise.withResolvers<void>();
  const { gate, probe } = observed(vi.fn((_session: string) => answer.promise));
  await expect(gate.pass('one')).rejects.toMatchObject({
    code: 'mriver_unreachable',
    detail: 'the host did not answer a health probe within 50 ms',
  });
  answer.reject(new Error('too late'));
  probe.mockResolvedValue();
  await gate.pass('one');
  expect(probe).toHaveBeenCalledTimes(2);
});

test('the first probe of a host that was never reached has a longer timeout', async () => {
  const { gate, forget } = observed(vi.fn(() => new Promise<void>(() => {})));
  forget();
  await expect(gate.pass('one')).rejects.toMatchObject({ detail: expect.stringContaining('within 200 ms') });
});
