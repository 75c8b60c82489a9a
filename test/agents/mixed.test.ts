/** Sixty turns of every kind, with three users at once: none is lost, repeated, or answered with another's answer. */
import { describe, expect, test } from 'vitest';
import { installedVersions } from './claude-owner.ts';
import { MIXED_SETTINGS, mixedRun } from './mixed-run.ts';
import { startLocal } from './started-claude.ts';

/** `TEST_MIXED_RUNS=5` to see it five times, each in another order. */
const RUNS = Number(process.env.TEST_MIXED_RUNS ?? 1);

describe.each(installedVersions())('Claude Code $name', ({ name, program }) => {
  test.each(Array.from({ length: RUNS }, (_, run) => run))(
    'keeps sixty mixed turns apart (%i)',
    { timeout: 300_000 },
    async (run) => {
      const env = { PALIADIN_APPROVALS: 'users' };
      const started = performance.now();
      const figures = await mixedRun(
        await startLocal(program, { signedIn: 'subscription', settings: MIXED_SETTINGS, env }),
        run,
      );
      if (RUNS > 1)
        console.log(name, run, `${Math.round((performance.now() - started) / 1000)} s`, JSON.stringify(figures));
      expect(figures).toEqual({
        turns: 60,
        ended: { completed: 39, failed: 6, cancelled: 15 },
        seen: 60,
        lost: [],
        doubled: [],
        crossed: [],
        unexpected: [],
      });
    },
  );
});
