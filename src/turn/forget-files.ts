/** Has hosts delete the files of questions that retention has deleted. */
import { asPaliadinError } from '../contract/errors.ts';
import type { DeletedFiles } from '../store/attachment-store.ts';
import type { Store } from '../store/store.ts';
import { isAway } from './when-away.ts';

/**
 * Looks at those that `concerns` says. Resolves with why some are left, such as that their host is away: for them it is
 * called again when that is back.
 */
export async function forgetFiles(
  {
    store,
    deleteFiles,
  }: {
    store: Pick<Store, 'attachments'>;
    /** Deletes them on their host. */
    deleteFiles(deleted: DeletedFiles): Promise<void>;
  },
  concerns: (deleted: DeletedFiles) => boolean = () => true,
): Promise<Error[]> {
  const away = new Set<string>();
  const failures: Error[] = [];
  for (let after = ''; ; ) {
    const page = await store.attachments.deleted({ after, limit: PAGE });
    for (const deleted of page.filter(concerns)) {
      if (away.has(deleted.host)) continue;
      try {
        await deleteFiles(deleted);
        await store.attachments.forgotten(deleted.turnId);
      } catch (error) {
        failures.push(asPaliadinError(error, 'internal'));
        if (isAway(error)) away.add(deleted.host);
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return failures;
    after = last.turnId;
  }
}

const PAGE = 100;
