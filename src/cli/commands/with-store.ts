import type { Settings } from '../../config/settings.ts';
import { prepareState, type StatePaths } from '../../config/state-paths.ts';
import { noteHead } from '../../gateway/audit-head.ts';
import { openSqliteStore } from '../../store/sqlite/open.ts';
import type { Store } from '../../store/store.ts';

/** Opens the store, beside a gateway that may be running, for as long as `use` takes. */
export async function withStore<T>(
  { config }: Settings,
  use: (store: Store, paths: StatePaths) => Promise<T>,
): Promise<T> {
  process.umask(0o077);
  const paths = prepareState(config);
  const store = await openSqliteStore(paths.database);
  try {
    return await use(store, paths);
  } finally {
    await noteHead(store.audit, paths.auditHead).catch(() => undefined); // the store's own reason is the one to tell
    await store.close();
  }
}
