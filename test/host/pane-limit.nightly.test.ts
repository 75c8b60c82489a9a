import { expect, test } from 'vitest';
import { testHost } from './test-host.ts';

test('a host with three terminals answers 200 users, each in their own conversation', async () => {
  const host = await testHost({ driver: 'demo', maxPanes: 3, silenceMs: 120_000 });
  const names = Array.from({ length: 200 }, (_, number) => `user-${number}`);
  let most = 0;
  const count = async () => {
    most = Math.max(most, (await host.sessions()).filter(({ live }) => live).length);
  };
  const first = names.map((session) => host.ask('Which cases are open?', { session }));
  for (const [number, asked] of first.entries()) {
    expect(await asked.outcome).toMatchObject({ state: 'done' });
    if (number % 20 === 0) await count();
  }
  const again = names.slice(0, 6).map((session) => host.ask('And which are due?', { session }));
  for (const asked of again) {
    await asked.outcome;
    expect(asked.text).toMatch(/This is question 2 of our conversation/);
    await count();
  }
  expect(most).toBeLessThanOrEqual(3);
  expect(names.map((name) => host.prompts(name).length)).toEqual(names.map((_, number) => (number < 6 ? 2 : 1)));
});
