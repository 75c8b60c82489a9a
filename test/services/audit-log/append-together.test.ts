import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../src/contract/records/audit-log.ts';
import { appendTogether } from '../../../src/services/audit-log/append-together.ts';

function entry(at: number): AuditEntry {
  return { at, actor: 'anonymous', subject: null, turnId: null, action: 'sign-in.denied', detail: {} };
}

test('entries that come while others are being appended go on record together, in their order', async () => {
  const appended: number[][] = [];
  const store = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const append = appendTogether(
    {
      append: (entries) => {
        appended.push(entries.map(({ at }) => at));
        return store[appended.length - 1]?.promise ?? Promise.resolve();
      },
    },
    () => expect.unreachable(),
  );
  const all = [1, 2, 3].map((at) => append(entry(at)));
  expect(appended).toEqual([[1]]);
  store[0]?.resolve();
  await expect.poll(() => appended).toEqual([[1], [2, 3]]);
  store[1]?.resolve();
  await Promise.all(all);
  await append(entry(4));
  expect(appended).toEqual([[1], [2, 3], [4]]);
});

test('a store that fails is reported, and does not keep later entries from being appended', async () => {
  const errors: unknown[] = [];
  const appended: number[] = [];
  let fails = true;
  const append = appendTogether(
    {
      async append(entries) {
        if (fails) throw new Error('away');
        appended.push(...entries.map(({ at }) => at));
      },
    },
    (error) => errors.push(error),
  );
  await append(entry(1));
  fails = false;
  await append(entry(2));
  expect([errors, appended]).toEqual([[new Error('away')], [2]]);
});

test('a store that does not answer does not fill the memory', () => {
  const errors: unknown[] = [];
  const append = appendTogether({ append: () => new Promise(() => {}) }, (error) => errors.push(error));
  for (let at = 0; at < 10_003; at++) void append(entry(at));
  expect(errors).toHaveLength(2);
});
