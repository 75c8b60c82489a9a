/** The hosts: their health, and what runs on them. */
import type { Backend } from '../backend/backend.ts';
import type { Hosts as Reached } from '../backend/hosts.ts';
import type { Hosts, HostView, Probe } from '../contract/admin/hosts.ts';
import type { PaliadinError } from '../contract/errors.ts';
import { weaknessOf } from '../contract/isolation.ts';
import type { Store } from '../store/store.ts';
import type { Access } from './authorisation.ts';
import type { SessionHost } from './sessions/session-host.ts';

export interface HostService {
  list(): Promise<HostList>;
}

export interface HostList {
  gateway: Hosts['gateway'];
  hosts: (Omit<HostView, 'refusal'> & { refusal: PaliadinError | null })[];
}

export interface ProbeHistory {
  /** The last probes of the host of this name, oldest first. */
  last(host: string): Probe[];
  /** Calls back after each probe. Returns a function that unsubscribes. */
  onProbe(listener: () => void): () => void;
}

export interface HostServiceOptions {
  store: Pick<Store, 'sessions' | 'turns' | 'database' | 'webhooks'>;
  hosts: Pick<Reached, 'all' | 'of' | 'standing'>;
  host: Pick<SessionHost, 'sessions'>;
  /** Absent where the hosts are not probed. */
  probes: ProbeHistory | undefined;
  access: Access;
  /** Whether the application has an endpoint for webhooks. */
  tellsApplication: boolean;
  /** Version of the gateway. */
  version: string;
  /** UTC milliseconds. */
  clock(): number;
}

export function createHostService(options: HostServiceOptions): HostService {
  const { store, hosts, tellsApplication, version, clock } = options;
  const startedAt = clock();
  return {
    async list() {
      const sessions = await store.sessions.countByHost();
      const open = (await store.turns.openStates()).filter(({ status }) => status !== 'queued');
      return {
        gateway: {
          version,
          startedAt,
          database: store.database,
          webhooks: tellsApplication ? await store.webhooks.summary() : null,
        },
        hosts: await Promise.all(
          hosts.all().map((backend) =>
            view(backend, options, {
              sessions: sessions.get(backend.host) ?? 0,
              running: open.filter((turn) => hosts.of(turn) === backend).length,
            }),
          ),
        ),
      };
    },
  };
}

async function view(
  backend: Backend,
  { host, hosts, probes, access }: HostServiceOptions,
  known: { sessions: number; running: number },
): Promise<HostList['hosts'][number]> {
  const live = await host.sessions(backend.host);
  const count = live?.filter((session) => session.live).length ?? 0;
  const identity = backend.identity();
  const { listed, enabled, draining, preference, room } = hosts.standing(backend.host);
  return {
    name: backend.host,
    backend: backend.kind,
    presence: backend.presence(),
    mode: identity && (identity.protocol === 0 ? 'verbs' : 'channel'),
    refusal: backend.refusal(),
    agent: backend.agent(),
    agentVersion: identity?.agentVersion ?? null,
    driver: identity?.driver ?? null,
    isolation: identity && (identity.isolation ?? 'none'),
    isolationLacks:
      access === 'users' && identity && identity.agent !== 'demo' ? weaknessOf(identity.isolation ?? 'none') : null,
    version: identity?.version ?? null,
    panes: live && { live: count, hibernated: Math.max(0, known.sessions - count) },
    sessions: known.sessions,
    room,
    listed,
    enabled,
    draining,
    preference,
    running: known.running,
    probes: probes?.last(backend.host) ?? [],
  };
}
