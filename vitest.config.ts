import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';
import { slowest } from './test/support/slowest.ts';

/** Tests that open the page in a real browser. An attack that needs one says so by its name. */
const IN_A_BROWSER = ['test/browser/**/*.test.ts', 'test/attacks/*-in-browser.test.ts'];

/**
 * What seldom finds what the others miss, and takes its time: many users, every page in every look, the rest of a matrix, and
 * stories from end to end whose parts are proved by day.
 */
const NIGHTLY = ['test/**/*.nightly.test.ts'];

const ON_POSTGRES = ['test/store/postgres/**/*.test.ts'];
/** The tests of a store and of its faults run on SQLite by day and on PostgreSQL by night, except for those that choose the store. */
const CHOOSE_THE_STORE = [
  'journal-writer-killed.nightly', // has none
  'store-held.nightly',
  'store-disk-full.nightly',
  'postgres-away.nightly',
  'several-gateways.nightly',
  'rolling-update.nightly',
  'rolling-restart.nightly',
];
const ON_BOTH_STORES = ['test/store/**/*.test.ts', 'test/faults/**/*.test.ts'];

/** Tests with real agents, which `npm run test:agents` installs and shuts off from the network. */
const WITH_AGENTS = ['test/agents/**/*.test.ts'];
/** Of those, what takes minutes each: for whoever works on the driver, not for every change. */
const LONG_WITH_AGENTS = ['test/agents/{look,many-users,mixed}.test.ts'];
const agents = {
  extends: true,
  // One agent at a time keeps both cores of a small machine busy.
  test: {
    name: 'agents',
    include: WITH_AGENTS,
    exclude: process.env.TEST_UNATTENDED === undefined ? [] : LONG_WITH_AGENTS,
    testTimeout: 60_000,
    fileParallelism: false,
  },
};

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  test: {
    pool: 'forks',
    // A worker loads what is tested once, not once for each file, and keeps its Chromium. So no test may leave anything behind
    // in a module.
    isolate: false,
    // Tests wait for their processes a third of the time: one worker more than there are cores. With two more, they time out.
    maxWorkers: availableParallelism() + 1,
    // A test waits for events, so a long limit costs nothing where all is well, and a busy machine is no failure.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000, interval: 20 } },
    globalSetup: 'test/support/build.ts',
    reporters: ['default', slowest, ...(process.env.CI ? [closingLine] : [])],
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [...IN_A_BROWSER, ...NIGHTLY, ...WITH_AGENTS, ...ON_POSTGRES],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: IN_A_BROWSER,
          exclude: NIGHTLY,
          // One of these is a whole visit, with many things to wait for.
          testTimeout: 60_000,
        },
      },
      { extends: true, test: { name: 'nightly', include: NIGHTLY, testTimeout: 300_000 } },
      // By night too: the store's tests and its faults once more, on PostgreSQL.
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ON_BOTH_STORES,
          exclude: ['test/store/sqlite/**', ...CHOOSE_THE_STORE.map((name) => `test/faults/${name}.test.ts`)],
          env: { TEST_STORE: 'postgres' },
          // The first in each worker starts the server, and each query takes a message there and back.
          testTimeout: 300_000,
        },
      },
      ...(process.env.TEST_AGENTS === undefined ? [] : [agents]),
    ],
  },
});
