/** The hosts: whether they are there, what runs on them, and how they were. */
import type { Hosts as HostsData, HostView } from '../../../contract/admin/hosts.ts';
import { Icon } from '../../chat/ui/Icon.tsx';
import { useResource } from '../data/useResource.ts';
import { ago, count } from '../format.ts';
import { pathTo, To } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { State, type Tone } from '../ui/small.tsx';
import { Loaded } from '../ui/states.tsx';
import { Trouble } from '../ui/Trouble.tsx';
import './hosts.css';
import { Drain } from './Drain.tsx';
import { Probes } from './Probes.tsx';
import { Webhooks } from './Webhooks.tsx';

export function Hosts() {
  const { w } = useAdmin();
  const hosts = useResource<HostsData>('/api/admin/hosts', {
    on: ({ type }) => type === 'hosts' || type === 'sessions',
  });
  return (
    <>
      <div className="page-head">
        <h1>{w.pages.hosts}</h1>
      </div>
      <Loaded from={hosts}>
        {({ hosts: all, gateway }) => (
          <>
            {all.map((host) => (
              <Host key={host.name} host={host} gateway={gateway} onChanged={hosts.reload} />
            ))}
            {gateway.webhooks !== null && <Webhooks {...gateway.webhooks} />}
          </>
        )}
      </Loaded>
    </>
  );
}

interface HostProps {
  host: HostView;
  gateway: HostsData['gateway'];
  /** It was drained, or takes new conversations again. */
  onChanged(): void;
}

function Host({ host, gateway, onChanged }: HostProps) {
  const { w, locale } = useAdmin();
  const { name, backend, presence, mode, refusal, agent, agentVersion, driver, version, panes, running, probes } = host;
  const { isolation, isolationLacks, sessions, room, preference } = host;
  const [tone, words] = stateOf(host, w.hosts.presence, { off: w.health.off, ...w.hosts.standing });
  const number = (value: number) => count(value, locale);
  return (
    <article className="host">
      <header className="host-head">
        <h2>{name}</h2>
        <State tone={tone}>{words}</State>
        {host.listed && <Drain host={host} onChanged={onChanged} />}
      </header>
      {refusal !== null && (
        <div className={backend === 'disabled' ? 'notice' : 'notice notice-bad'}>
          <Icon name="alert" />
          <div>
            <p>{w.hosts.refuses}</p>
            <Trouble {...refusal} />
          </div>
        </div>
      )}
      {isolationLacks !== null && (
        <div className="notice notice-wait">
          <Icon name="alert" />
          <p>{w.hosts.lacks[isolation === 'directory' ? 'directory' : 'none']}</p>
        </div>
      )}
      <dl className="columns">
        <div>
          <dt>{w.hosts.connection}</dt>
          <dd>
            {w.hosts.kinds[backend]}
            {mode !== null && presence === 'here' && <span className="under">{w.hosts.modes[mode]}</span>}
          </dd>
        </div>
        <div>
          <dt>{w.hosts.agent}</dt>
          <dd>
            {[agent, agentVersion].filter(Boolean).join(' ') || w.hosts.unknown}
            {driver !== null && (
              <span className="under">
                {w.hosts.driver} {driver}
              </span>
            )}
          </dd>
        </div>
        {isolation !== null && (
          <div>
            <dt>{w.hosts.isolation}</dt>
            <dd>{w.hosts.levels[isolation]}</dd>
          </div>
        )}
        <div>
          <dt>{w.hosts.version}</dt>
          <dd>
            {version ?? w.hosts.unknown}
            {version !== null && version !== gateway.version && (
              <span className="under">{w.hosts.other(gateway.version)}</span>
            )}
          </dd>
        </div>
        <div>
          <dt>{w.hosts.gatewayVersion}</dt>
          <dd>
            {gateway.version}
            <span className="under">{w.health.gatewayUp(ago(gateway.startedAt, Date.now(), locale))}</span>
          </dd>
        </div>
        <div>
          <dt>{w.hosts.panes}</dt>
          <dd>
            {panes === null ? (
              w.hosts.unknown
            ) : (
              <To href={pathTo(['sessions'])}>{w.hosts.panesLive(number(panes.live), number(panes.hibernated))}</To>
            )}
          </dd>
        </div>
        <div>
          <dt>{w.hosts.sessions}</dt>
          <dd>
            <To href={pathTo(['sessions'])}>{number(sessions)}</To>
            {preference !== null && <span className="under">{w.hosts.preference(number(preference))}</span>}
          </dd>
        </div>
        {room !== null && (
          <div>
            <dt>{w.hosts.room}</dt>
            <dd>
              {w.hosts.roomFor(number(room.panes))}
              <span className="under">{w.hosts.memory(number(Math.round(room.memory / GIB / 0.1) / 10))}</span>
            </dd>
          </div>
        )}
        <div>
          <dt>{w.hosts.running}</dt>
          <dd>
            <To href={pathTo(['turns'], { status: 'open' })}>{number(running)}</To>
          </dd>
        </div>
      </dl>
      {backend !== 'disabled' && <Probes probes={probes} />}
    </article>
  );
}

function stateOf(
  { backend, presence, refusal, enabled, draining }: HostView,
  presences: Record<HostView['presence'], string>,
  { off, disabled, draining: drains }: Record<'off' | 'disabled' | 'draining', string>,
): [Tone, string] {
  if (backend === 'disabled') return ['quiet', off];
  if (!enabled) return ['quiet', disabled];
  if (presence === 'away') return ['bad', presences.away];
  if (presence === 'silent') return ['wait', presences.silent];
  if (refusal !== null) return ['bad', presences.here];
  return draining ? ['wait', drains] : ['good', presences.here];
}

const GIB = 1024 ** 3;
