import type { Backend } from '../../backend/backend.ts';
import type { HostSession } from '../../contract/host.ts';

/** What the host says of its sessions; null where it does not answer at once: a page need not wait for a laptop that sleeps. */
export async function liveSessions(backend: Pick<Backend, 'presence' | 'sessions'>): Promise<HostSession[] | null> {
  if (backend.presence() !== 'here') return null;
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), PATIENCE_MS);
  try {
    return await Promise.race([backend.sessions(), late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

const PATIENCE_MS = 2000;
