/** Has hosts delete what they have of deleted conversations: the agent's transcript, the journal, the agent's files. */
import type { Hosts } from '../backend/hosts.ts';
import type { Store } from '../store/store.ts';

/**
 * Looks at those that `concerns` says. Returns how many are left, because their host is away: for them it is called again
 * when that is back. A host that is on no list any more is not waited for.
 */
export async function forgetDeleted(
  { store, hosts }: { store: Pick<Store, 'conversations'>; hosts: Pick<Hosts, 'of' | 'all'> },
  concerns: (deleted: { name: string; host: string }) => boolean,
): Promise<number> {
  const due = (await store.conversations.deleted()).filter(concerns);
  const done = await Promise.all(due.map((deleted) => forget(deleted)));
  return done.filter((isDone) => !isDone).length;

  async function forget({ name, host }: { name: string; host: string }): Promise<boolean> {
    const known = hosts.all().some((backend) => backend.host === host);
    if (known) {
      const forgot = await hosts
        .of({ host })
        .reset(name, { forget: true })
        .then(
          () => true,
          () => false,
        );
      if (!forgot) return false;
    }
    await store.conversations.forgotten(name, host);
    return true;
  }
}
