import { type Kysely, PostgresAdapter, sql } from 'kysely';

/** Files that come with a question. Their bytes are in rows of their own, so that no row is larger than a piece. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('attachments')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id'))
    // Null until a question uses it.
    .addColumn('turn_id', 'text')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('size', 'integer', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('width', 'integer')
    .addColumn('height', 'integer')
    .addColumn('uploaded_at', 'bigint', (column) => column.notNull())
    .execute();
  await sql`create index attachments_of_turn on attachments (turn_id)`.execute(db);
  await sql`create index attachments_of_user on attachments (user_id)`.execute(db);
  await sql`create index attachments_unused on attachments (uploaded_at) where turn_id is null`.execute(db);
  const bytes = db.getExecutor().adapter instanceof PostgresAdapter ? sql`bytea` : sql`blob`;
  await db.schema
    .createTable('attachment_pieces')
    .addColumn('attachment_id', 'text', (column) => column.notNull().references('attachments.id').onDelete('cascade'))
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('bytes', bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('attachment_pieces_key', ['attachment_id', 'number'])
    .execute();
  // What the question's files were, in their order: it is part of every view of the turn.
  await db.schema
    .alterTable('turns')
    .addColumn('attachments', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
}
