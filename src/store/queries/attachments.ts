import type { Kysely, Transaction } from 'kysely';
import type { Attachment } from '../../contract/attachment.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { type AttachmentStore, PIECE_BYTES } from '../attachment-store.ts';
import type { Schema } from './schema.ts';

export function attachmentQueries(db: Kysely<Schema>): AttachmentStore {
  return {
    insert: (attachment, bytes, mostUnused) =>
      db.transaction().execute(async (trx) => {
        const { userId } = attachment;
        // Locked, so that two uploads can't both be the last.
        await trx.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute();
        const { count } = await trx
          .selectFrom('attachments')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('userId', '=', userId)
          .where('turnId', 'is', null)
          .executeTakeFirstOrThrow();
        if (count >= mostUnused) throw new PaliadinError('rate_limited', `${count} files wait for their question`);
        await trx
          .insertInto('attachments')
          .values({ ...attachment, turnId: null })
          .execute();
        for (let at = 0, number = 0; at < bytes.length; at += PIECE_BYTES, number++) {
          const piece = bytes.subarray(at, at + PIECE_BYTES);
          await trx
            .insertInto('attachmentPieces')
            .values({ attachmentId: attachment.id, number, bytes: piece })
            .execute();
        }
      }),

    async get(id) {
      return (await db.selectFrom('attachments').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
    },

    async piece(id, number) {
      const row = await db
        .selectFrom('attachmentPieces')
        .select('bytes')
        .where('attachmentId', '=', id)
        .where('number', '=', number)
        .executeTakeFirst();
      return row?.bytes ?? null;
    },

    async removeUnused(id, userId) {
      await db
        .deleteFrom('attachments')
        .where('id', '=', id)
        .where('userId', '=', userId)
        .where('turnId', 'is', null)
        .execute();
    },

    async pruneUnused(before) {
      await db.deleteFrom('attachments').where('turnId', 'is', null).where('uploadedAt', '<', before).execute();
    },

    async deleted({ after, limit }) {
      const query = db.selectFrom('deletedFiles').selectAll().where('turnId', '>', after);
      return await query.orderBy('turnId').limit(limit).execute();
    },

    async forgotten(turnId) {
      await db.deleteFrom('deletedFiles').where('turnId', '=', turnId).execute();
    },
  };
}

/**
 * Gives the user's files to the turn: all of them or none. A file that another question of theirs has is copied, so that a
 * question can be asked again, and each file goes with its question.
 */
export async function claimAttachments(
  db: Transaction<Schema>,
  { turnId, userId }: { turnId: string; userId: string },
  ids: readonly string[],
  newId: () => string,
): Promise<Attachment[]> {
  if (ids.length === 0) return [];
  const used = await db
    .selectFrom('attachments')
    .select('id')
    .where('id', 'in', ids)
    .where('userId', '=', userId)
    .where('turnId', 'is not', null)
    .execute();
  const copies = new Map<string, string>();
  for (const { id } of used) copies.set(id, await copyAttachment(db, id, newId()));
  const own = ids.map((id) => copies.get(id) ?? id);
  const rows = await db
    .updateTable('attachments')
    .set({ turnId })
    .where('id', 'in', own)
    .where('userId', '=', userId)
    .where('turnId', 'is', null)
    .returning(['id', 'name', 'type', 'size', 'sha256', 'width', 'height'])
    .execute();
  const claimed = own.flatMap((id) => rows.find((row) => row.id === id) ?? []);
  if (claimed.length === ids.length) return claimed;
  throw new PaliadinError(
    'attachment_invalid',
    'attachments: an id is not of a file that you have uploaded, or it has expired; upload it again',
  );
}

/** Puts down, before these questions are deleted, what hosts have of their files. */
export async function leaveFilesToHosts(db: Transaction<Schema>, turnIds: readonly string[]): Promise<void> {
  await db
    .insertInto('deletedFiles')
    .columns(['turnId', 'session', 'host'])
    .expression((eb) =>
      eb
        .selectFrom('turns')
        .select(['turnId', 'agentSession as session', 'host'])
        .where('turnId', 'in', turnIds)
        .where('attachments', '!=', '[]'),
    )
    .execute();
}

/** A file that is not of a question yet, with the same content. Returns `copy`, its id. */
async function copyAttachment(db: Transaction<Schema>, id: string, copy: string): Promise<string> {
  const { turnId: _, ...row } = await db
    .selectFrom('attachments')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('attachments')
    .values({ ...row, id: copy, turnId: null })
    .execute();
  await db
    .insertInto('attachmentPieces')
    .columns(['attachmentId', 'number', 'bytes'])
    .expression((eb) =>
      eb
        .selectFrom('attachmentPieces')
        .select([eb.val(copy).as('attachmentId'), 'number', 'bytes'])
        .where('attachmentId', '=', id),
    )
    .execute();
  return copy;
}
