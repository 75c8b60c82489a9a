import { expect, test } from 'vitest';
import { FAULTS } from './faults.ts';
import { makePlan, planLines } from './plan.ts';

const OPTIONS = { seed: 7, seconds: 60, people: ['anna', 'ben'], faults: FAULTS };

test('the same seed makes the same plan, another seed another one', () => {
  expect(makePlan(OPTIONS)).toEqual(makePlan(OPTIONS));
  expect(makePlan({ ...OPTIONS, seed: 8 })).not.toEqual(makePlan(OPTIONS));
});

test('no victim suffers two faults at the same time, and every fault is over at the end', () => {
  const freeAt = new Map<string, number>();
  for (const { fault, at, lastsMs } of makePlan({ ...OPTIONS, seconds: 600 }).strikes) {
    const victim = FAULTS.find(({ name }) => name === fault)?.victim ?? '';
    expect(at).toBeGreaterThan(freeAt.get(victim) ?? 0);
    expect(at + lastsMs).toBeLessThanOrEqual(600_000);
    freeAt.set(victim, at + lastsMs);
  }
});

test('a long plan has every fault and everything that people do', () => {
  const text = planLines(makePlan({ ...OPTIONS, seconds: 600 })).join('\n');
  for (const { name } of FAULTS) expect(text).toContain(`FAULT ${name}`);
  for (const act of ['asks echo', 'asks hold', 'asks approve', 'stops', 'resets', 'by stream', 'by poll']) {
    expect(text).toContain(act);
  }
});
