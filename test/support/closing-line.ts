import type { Reporter } from 'vitest/node';

/** Ends a run with its counts in one plain line, for whoever reads the log by program. */
export const closingLine: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: (typeof states)[number]) => states.filter((each) => each === state).length;
    // A file that cannot be loaded has no tests to count, and an error outside of any belongs to none.
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandledErrors.length;
    process.stdout.write(
      `\n${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped')} skipped\n`,
    );
  },
};
