/** What a released migration does must never change: it calls nothing that could change. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readUses } from './read-uses.ts';

const DIRECTORY = path.join(import.meta.dirname, '../../src/store/migrations');
const RUNNER = 'migrate.ts';

test('a migration imports only Kysely and its own helpers beside it', () => {
  const files = fs.readdirSync(DIRECTORY).filter((name) => name !== RUNNER);
  expect(files.length).toBeGreaterThan(6);
  const strangers = files.flatMap((name) =>
    readUses(name, fs.readFileSync(path.join(DIRECTORY, name), 'utf8'))
      .filter((use) => use !== 'kysely' && !(/^\.\/[^/]+\.ts$/.test(use) && use !== `./${RUNNER}`))
      .map((use) => `${name} imports ${use}`),
  );
  expect(strangers).toEqual([]);
});
