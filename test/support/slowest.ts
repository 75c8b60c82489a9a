import type { Reporter } from 'vitest/node';

/** Names the tests that a run waited for longest: where it pays to make it faster. */
export const slowest: Reporter = {
  onTestRunEnd(modules) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const slow = tests
      .map((test) => ({
        ms: test.diagnostic()?.duration ?? 0,
        name: `${test.module.relativeModuleId} > ${test.fullName}`,
      }))
      .filter(({ ms }) => ms >= WORTH_NAMING_MS)
      .sort((one, other) => other.ms - one.ms);
    if (slow.length === 0) return;
    const lines = slow.slice(0, MOST).map(({ ms, name }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`);
    process.stdout.write(`\nThe slowest tests:\n${lines.join('\n')}\n`);
  },
};

const MOST = 10;
const WORTH_NAMING_MS = 1_000;
