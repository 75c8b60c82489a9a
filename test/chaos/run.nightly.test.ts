import { expect, test } from 'vitest';
import { run } from './run.ts';

// Any seed would do; these are the ones that every night repeats. `npm run test:chaos` tries others.
for (const [channel, seed] of [
  ['local', 1],
  ['ssh', 2],
] as const) {
  test(`nothing is lost while processes die and freeze (${channel}, seed ${seed})`, async () => {
    const { problems } = await run({ seed, seconds: 20, channel });
    expect(problems.join('\n')).toBe('');
  });
}
