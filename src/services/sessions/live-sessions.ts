import pTimeout from 'p-timeout';
import type { Backend } from '../../backend/backend.ts';
import type { HostSession } from '../../contract/host.ts';

/**
 * The host's report of its sessions; null where it does not answer at once, so that a page need not wait for a sleeping
 * laptop.
 */
export async function liveSessions(backend: Pick<Backend, 'presence' | 'sessions'>): Promise<HostSession[] | null> {
  if (backend.presence() !== 'here') return null;
  return await pTimeout(backend.sessions(), { milliseconds: PATIENCE_MS }).catch(() => null);
}

const PATIENCE_MS = 2000;
