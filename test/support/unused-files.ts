import { DatabaseSync } from 'node:sqlite';

/** How many uploaded files no question has, in this database. */
export function unusedFiles(file: string): number {
  using db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  const row = db.prepare('select count(*) as count from attachments where turn_id is null').get();
  return Number(row?.count);
}
