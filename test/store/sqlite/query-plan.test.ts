import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { CamelCasePlugin, Kysely } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { slice } from '../../../src/store/queries/own-turns.ts';
import type { Schema } from '../../../src/store/queries/schema.ts';
import { sqliteDialect } from '../../../src/store/sqlite/dialect.ts';
import { temporarySqliteStore } from '../temporary-store.ts';

test('a page of history uses an index on that user’s turns', async () => {
  const { file } = await temporarySqliteStore();
  const db = new Kysely<Schema>({ dialect: sqliteDialect(file), plugins: [new CamelCasePlugin()] });
  const raw = new DatabaseSync(file);
  onTestFinished(async () => {
    raw.close();
    await db.destroy();
  });
  for (const sessionId of [undefined, 'chat']) {
    const query = { userId: 'anna', search: 'x', limit: 1, ...(sessionId !== undefined && { sessionId }) };
    const { sql, parameters } = slice(db, query, 7).compile();
    const plan = raw.prepare(`explain query plan ${sql}`).all(...(parameters as SQLInputValue[]));
    expect(plan.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^SEARCH turns USING INDEX turns_of_(user|chat) \(user_id=\? AND .*seq<\?\)$/),
    ]);
  }
});
