import type { Kysely, Selectable } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import type { By } from '../../contract/records/audit-log.ts';
import type { ListedHost } from '../../contract/records/host.ts';
import type { HostStore } from '../host-store.ts';
import { record } from './audit-log.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { openStatuses } from './turn-list.ts';

/** Of a database that may be older than the list. */
export async function hostsIfKnown(db: Kysely<Schema>): Promise<ListedHost[]> {
  const tables = await db.introspection.getTables();
  return tables.some(({ name }) => name === 'hosts') ? await hostQueries(db).list() : [];
}

export function hostQueries(db: Kysely<Schema>): HostStore {
  return {
    async list() {
      const rows = await db.selectFrom('hosts').selectAll().orderBy('name').execute();
      return rows.map(fromRow).sort((one, other) => rank(one) - rank(other));
    },

    async add(host, by) {
      return await db.transaction().execute(async (trx) => {
        const row = await trx
          .insertInto('hosts')
          .values({ ...host, addedAt: by.at })
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) throw new PaliadinError('conflict', `there is a host ${host.name} already`);
        await record(trx, [entry('host.added', host.name, by)]);
        return fromRow(row);
      });
    },

    async change(name, { enabled, draining, ...files }, by) {
      return await db.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('hosts')
          .set({
            ...files,
            ...(enabled !== undefined && { enabled: Number(enabled) }),
            ...(draining !== undefined && { draining: Number(draining) }),
            name,
          })
          .where('name', '=', name)
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) throw unknown(name);
        const host = fromRow(row);
        await record(trx, [entry('host.changed', name, by, { enabled: host.enabled, draining: host.draining })]);
        return host;
      });
    },

    async prefer(names, by) {
      await db.transaction().execute(async (trx) => {
        await trx.updateTable('hosts').set({ preference: null }).execute();
        for (const [index, name] of names.entries()) {
          const { numUpdatedRows } = await trx
            .updateTable('hosts')
            .set({ preference: index + 1 })
            .where('name', '=', name)
            .executeTakeFirst();
          if (numUpdatedRows === 0n) throw unknown(name);
          await record(trx, [entry('host.changed', name, by, { preference: index + 1 })]);
        }
      });
    },

    async remove(name, by) {
      await db.transaction().execute(async (trx) => {
        const open = await trx
          .selectFrom('turns')
          .select('turnId')
          .where('host', '=', name)
          .where('status', 'in', literals(openStatuses))
          .executeTakeFirst();
        if (open !== undefined) throw new PaliadinError('conflict', `a turn is open on ${name}; wait for its end`);
        const { numDeletedRows } = await trx.deleteFrom('hosts').where('name', '=', name).executeTakeFirst();
        if (numDeletedRows === 0n) throw unknown(name);
        await record(trx, [entry('host.removed', name, by)]);
      });
    },
  };
}

function fromRow(row: Selectable<Schema['hosts']>): ListedHost {
  return { ...row, enabled: row.enabled !== 0, draining: row.draining !== 0 };
}

function rank({ preference }: ListedHost): number {
  return preference ?? Number.POSITIVE_INFINITY;
}

function entry(
  action: 'host.added' | 'host.changed' | 'host.removed',
  host: string,
  { actor, at }: By,
  more: Record<string, boolean | number> = {},
) {
  return { at, actor, action, subject: null, turnId: null, detail: { host, ...more } };
}

function unknown(name: string): PaliadinError {
  return new PaliadinError('not_found', `there is no host ${name} on the list; \`paliadin host list\` shows it`);
}
