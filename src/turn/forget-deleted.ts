/** Has hosts delete what they have of deleted conversations: the agent's transcript, the journal, the agent's files. */
import type { Store } from '../store/store.ts';

interface Deleted {
  name: string;
  host: string;
}

/**
 * Looks at those that `concerns` says. Resolves with why some are left, such as that their host is away: for them it is
 * called again when that is back.
 */
export async function forgetDeleted(
  {
    store,
    endConversation,
  }: {
    store: Pick<Store, 'conversations'>;
    /** Ends it on its host, permanently. */
    endConversation(deleted: Deleted): Promise<void>;
  },
  concerns: (deleted: Deleted) => boolean,
): Promise<Error[]> {
  const due = (await store.conversations.deleted()).filter(concerns);
  const failures = await Promise.all(due.map((deleted) => forget(deleted).catch((error: Error) => error)));
  return failures.filter((failure) => failure instanceof Error);

  async function forget(deleted: Deleted): Promise<void> {
    await endConversation(deleted);
    await store.conversations.forgotten(deleted.name, deleted.host);
  }
}
