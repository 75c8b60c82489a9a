import { expect, onTestFinished, test } from 'vitest';
import { PaliadinError } from '../../../src/contract/errors.ts';
import { probeHost } from '../../../src/gateway/hosts/probes.ts';

test('the last 120 probes of a host are kept with their durations, and only one runs at a time', async () => {
  let time = 0;
  let asked = 0;
  const probes = probeHost({
    clock: () => 1000 + asked,
    now: () => ++time,
    everyMs: 1,
    againMs: 1,
    async health() {
      asked++;
      if (asked === 2) throw new PaliadinError('mriver_unreachable', 'no route');
      if (asked === 130) await new Promise(() => {});
      return { panes: asked, memory: 1 };
    },
  });
  onTestFinished(probes.close);
  await new Promise<void>((resolve) => {
    const stop = probes.onProbe(() => {
      if (asked === 2) expect(probes.well()).toBeNull();
      if (asked === 3)
        expect(probes.last()[1]).toMatchObject({ error: { code: 'mriver_unreachable', detail: 'no route' } });
      if (asked < 129) return;
      stop();
      resolve();
    });
  });
  await expect.poll(() => asked).toBe(130);
  expect(probes.last()).toHaveLength(120);
  expect(probes.last().at(-1)).toEqual({ at: 1128, ms: 1, error: null });
  expect(probes.last()[0]?.at).toBe(1009);
  expect(probes.well()).toEqual({ at: 1128, room: { panes: 129, memory: 1 } });
});
