/** Does it work, now: one sentence, and how each part is. */
import { useEffect, useState } from 'react';
import type { Hosts } from '../../../contract/admin/hosts.ts';
import { Icon } from '../../chat/ui/Icon.tsx';
import { useResource } from '../data/useResource.ts';
import { ago, count } from '../format.ts';
import { pathTo, To } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { type HealthFacts, type Part, partsOf, verdictOf } from './health-words.ts';

export function Health({ open }: { open: number | null }) {
  const { w, locale } = useAdmin();
  const { data } = useResource<Hosts>('/api/admin/hosts', {
    on: ({ type }) => type === 'hosts' || type === 'sessions',
  });
  const reasons = useReasons();
  const host = data?.hosts[0] ?? null;
  const parts = partsOf({ host, reasons }, w, locale);
  const verdict = verdictOf(parts, w);
  const agent = [host?.agent, host?.agentVersion].filter(Boolean).join(' ');
  return (
    <section className="health" aria-label={w.health.title}>
      <p className={`verdict verdict-${verdict.tone}`} role="status">
        <span className="verdict-sign">
          <Icon name={SIGNS[verdict.tone]} />
        </span>
        <strong>{verdict.words}</strong>
        {open !== null && (
          <To className="verdict-open" href={pathTo(['turns'], { status: 'open' })}>
            {open === 0 ? w.health.idle : w.health.open(count(open, locale))}
          </To>
        )}
      </p>
      {parts !== null && host !== null && data !== null && (
        <dl className="health-parts">
          <PartView name={w.health.host} title={host.name} part={parts.host}>
            {w.hosts.kinds[host.backend]}
          </PartView>
          <PartView name={w.health.agent} title={agent || '–'} part={parts.agent}>
            {host.panes && w.health.panes(count(host.panes.live, locale), count(host.panes.hibernated, locale))}
          </PartView>
          <PartView name={w.health.store} title={data.gateway.database} part={parts.store}>
            {null}
          </PartView>
          <PartView
            name={w.health.gateway}
            title={data.gateway.version}
            part={{
              tone: 'good',
              words: w.health.gatewayUp(ago(data.gateway.startedAt, Date.now(), locale)),
              detail: null,
            }}
          >
            {null}
          </PartView>
        </dl>
      )}
    </section>
  );
}

interface PartProps {
  name: string;
  title: string;
  part: Part;
  children: string | null;
}

function PartView({ name, title, part: { tone, words, detail }, children }: PartProps) {
  return (
    <div>
      <dt>
        {name} <span className="health-title">{title}</span>
      </dt>
      <dd>
        <span className={`dot dot-${tone}`} aria-hidden="true" />
        {words}
      </dd>
      {detail !== null && <dd className="health-detail">{detail}</dd>}
      {children !== null && <dd className="health-more">{children}</dd>}
    </div>
  );
}

const SIGNS = { good: 'check', wait: 'clock', bad: 'alert', quiet: 'stop' } as const;

/** What `/readyz` says; it answers 503 with the reasons where there are some, so it is no usual call. */
function useReasons(): HealthFacts['reasons'] {
  const { live, locale } = useAdmin();
  const [reasons, setReasons] = useState<HealthFacts['reasons']>(null);
  useEffect(() => {
    let left = false;
    const ask = async () => {
      const response = await fetch('/readyz', { headers: { 'accept-language': locale } }).catch(() => null);
      const body = (await response?.json().catch(() => null)) as {
        reasons?: NonNullable<HealthFacts['reasons']>;
      } | null;
      if (!left && body?.reasons !== undefined) setReasons(body.reasons);
    };
    void ask();
    const unsubscribe = live.subscribe((change) => {
      if (change === null || change.type === 'hosts') void ask();
    });
    return () => {
      left = true;
      unsubscribe();
    };
  }, [live, locale]);
  return reasons;
}
