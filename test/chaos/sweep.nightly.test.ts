import { expect, test } from 'vitest';
import { sweep } from './sweep.ts';

for (const program of ['gateway', 'daemon'] as const) {
  test(`nothing is lost if the ${program} crashes before any step of a turn`, async () => {
    const { steps, problems } = await sweep(program, 'echo');
    process.stdout.write(`the ${program} has ${steps.length} steps:\n  ${steps.join('\n  ')}\n`);
    expect(problems.join('\n')).toBe('');
    // Otherwise nothing was counted.
    expect(steps.length).toBeGreaterThan(5);
  });
}
