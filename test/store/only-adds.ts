/** What a migration does to tables that an older gateway uses at the same time. */
import type { TableMetadata } from 'kysely';

/**
 * What the older gateway would stumble over; empty where only something was added. It names the columns that it knows in
 * each insert, and takes more than it knows from each row.
 */
export function harmOf(before: readonly TableMetadata[], after: readonly TableMetadata[]): string[] {
  return before.flatMap((table) => {
    const now = after.find(({ name }) => name === table.name);
    if (now === undefined) return [`${table.name} is gone`];
    const changed = table.columns.flatMap((column) => {
      const same = now.columns.find(({ name }) => name === column.name);
      if (same === undefined) return [`${table.name}.${column.name} is gone`];
      if (same.dataType !== column.dataType) return [`${table.name}.${column.name} is now ${same.dataType}`];
      if (column.isNullable && !same.isNullable) return [`${table.name}.${column.name} may not be empty any more`];
      return [];
    });
    const needed = now.columns
      .filter(({ name }) => !table.columns.some((column) => column.name === name))
      .filter(
        ({ isNullable, hasDefaultValue, isAutoIncrementing }) => !(isNullable || hasDefaultValue || isAutoIncrementing),
      )
      .map(({ name }) => `${table.name}.${name} is needed in each new row`);
    return [...changed, ...needed];
  });
}
