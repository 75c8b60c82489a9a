import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';

/** Tests that open the page in a real browser. An attack that needs one says so by its name. */
const IN_A_BROWSER = ['test/browser/**/*.test.ts', 'test/attacks/*-in-browser.test.ts'];

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  test: {
    pool: 'forks',
    // Most tests start processes of their own: more workers than this fight for the cores and time out.
    maxWorkers: 2,
    // A test waits for events, so a long limit costs nothing where all is well, and a busy machine is no failure.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000, interval: 20 } },
    globalSetup: 'test/support/build.ts',
    reporters: process.env.CI ? ['default', closingLine] : ['default'],
    projects: [
      {
        extends: true,
        test: { name: 'parts', include: ['test/**/*.test.{ts,tsx}'], exclude: IN_A_BROWSER },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: IN_A_BROWSER,
          // One of these is a whole visit, with many things to wait for.
          testTimeout: 60_000,
        },
      },
    ],
  },
});
