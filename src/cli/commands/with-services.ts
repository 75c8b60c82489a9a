import { randomBytes } from 'node:crypto';
import { prepareState, type StatePaths } from '../../config/state-paths.ts';
import { asPaliadinError, PaliadinError } from '../../contract/errors.ts';
import type { HostSession } from '../../contract/host.ts';
import { notedHead, noteHead } from '../../gateway/audit-head.ts';
import { acquireLock } from '../../process/lock.ts';
import { createServices, type Services } from '../../services/services.ts';
import { withHost } from '../../setup/with-host.ts';
import { lockOutGateways, openStore } from '../../store/open.ts';
import type { CommandContext } from '../context.ts';
import { type ReachableHost, reachableHosts } from './hosts.ts';
import { stopTurns } from './stop-turns.ts';

/** Opens the store for as long as `use` takes; a gateway may be running at the same time. */
export async function withServices<T>(
  context: CommandContext,
  use: (services: Services, paths: StatePaths) => Promise<T>,
): Promise<T> {
  const { values } = context.config;
  const { PALIADIN_ACCESS: access, PALIADIN_OWNER: owner } = values;
  const paths = prepareState(context.config);
  const url = values.PALIADIN_DATABASE_URL;
  // The gateway of a database may run on another machine.
  const acquire = () => (url === undefined ? acquireLock(paths.gatewayLock) : lockOutGateways(url));
  const store = await openStore({ url, file: paths.database });
  const hostOf = async (name: string) => {
    return reachableHosts(context, await store.hosts.list()).find((host) => host.name === name);
  };
  const services = createServices({
    store,
    host: {
      async sessions(name) {
        const found = await hostOf(name);
        return found === undefined ? null : liveSessions(context, found);
      },
      async endConversation({ name, host: on }) {
        const found = await hostOf(on);
        if (found === undefined) throw new PaliadinError('mriver_unreachable', `there is no longer a host ${on}`);
        await withHost(context, found.listed, (host) => host.reset(name, { forget: true }));
      },
    },
    stopTurns: (userId) => stopTurns(store, acquire, userId),
    notedHead: () => notedHead(paths.auditHead),
    access,
    ownerSubject: owner,
    random: randomBytes,
    clock: Date.now,
  });
  try {
    return await use(services, paths);
  } finally {
    await noteHead(store.audit, paths.auditHead).catch(() => undefined); // report the store's own error instead
    await store.close();
  }
}

/** If the host is unreachable, the reason goes to standard error, and the exit status is 1. */
async function liveSessions(context: CommandContext, { name, listed }: ReachableHost): Promise<HostSession[] | null> {
  try {
    return await withHost(context, listed, (host) => host.sessions());
  } catch (error) {
    const { code, detail } = asPaliadinError(error, 'mriver_unreachable');
    context.terminal.note(`paliadin: what runs on ${name} is not known: ${detail ?? code}`.split('\n'));
    context.exitWith();
    return null;
  }
}
