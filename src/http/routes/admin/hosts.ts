import { type Hosts, hosts } from '../../../contract/admin.ts';
import { weaknessOf } from '../../../contract/isolation.ts';
import { isFinal } from '../../../contract/turn.ts';
import { bodyOf } from '../../errors.ts';
import { guards } from '../../guards.ts';
import { localeOf } from '../../locale.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import { liveSessions } from './live-sessions.ts';

type Needs = Pick<ServerOptions, 'store' | 'backend' | 'version' | 'clock' | 'probes' | 'access'>;

export function hostRoutes(app: App, { store, backend, version, clock, probes, access }: Needs): void {
  const startedAt = clock();
  app.get(
    '/api/admin/hosts',
    {
      config: { guard: guards.admin },
      schema: { summary: 'The hosts: how they are, and what runs there', response: responses({ 200: hosts }) },
    },
    async (request): Promise<Hosts> => {
      const refusal = backend.refusal();
      const identity = backend.identity();
      const live = await liveSessions(backend);
      const known = (await store.sessions.list()).filter(({ host }) => host === backend.host);
      const count = live?.filter((session) => session.live).length ?? 0;
      const open = (await store.turns.open()).filter(({ status }) => status !== 'queued' && !isFinal(status));
      return {
        gateway: { version, startedAt, database: store.database },
        hosts: [
          {
            name: backend.host,
            backend: backend.kind,
            presence: backend.presence(),
            mode: identity && (identity.protocol === 0 ? 'verbs' : 'channel'),
            refusal: refusal && bodyOf(refusal, { locale: localeOf(request) }),
            agent: backend.agent(),
            agentVersion: identity?.agentVersion ?? null,
            driver: identity?.driver ?? null,
            isolation: identity && (identity.isolation ?? 'none'),
            isolationLacks:
              access === 'users' && identity && identity.agent !== 'demo'
                ? weaknessOf(identity.isolation ?? 'none')
                : null,
            version: identity?.version ?? null,
            panes: live && { live: count, hibernated: Math.max(0, known.length - count) },
            running: open.length,
            probes: probes?.last() ?? [],
          },
        ],
      };
    },
  );
}
