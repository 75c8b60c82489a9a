/** What the application is told of its users’ turns, and what waits. */
import type { Hosts } from '../../../contract/admin/hosts.ts';
import { count } from '../format.ts';
import { useAdmin } from '../page.ts';
import { At } from '../ui/small.tsx';

export function Webhooks({
  waiting,
  failing,
  oldestWaitingAt,
  delivered,
  givenUp,
}: NonNullable<Hosts['gateway']['webhooks']>) {
  const { w, locale } = useAdmin();
  const number = (value: number) => count(value, locale);
  return (
    <section className="host" aria-labelledby="webhooks">
      <header className="host-head">
        <h2 id="webhooks">{w.hosts.webhooks}</h2>
      </header>
      <dl className="columns">
        <div>
          <dt>{w.hosts.webhooksWaiting}</dt>
          <dd>
            {number(waiting)}
            {failing > 0 && <span className="under">{w.hosts.webhooksFailing(number(failing))}</span>}
          </dd>
        </div>
        <div>
          <dt>{w.hosts.webhooksOldest}</dt>
          <dd>{oldestWaitingAt === null ? w.hosts.webhooksNone : <At at={oldestWaitingAt} />}</dd>
        </div>
        <div>
          <dt>{w.hosts.webhooksDelivered}</dt>
          <dd>
            {number(delivered)}
            <span className="under">{w.hosts.webhooksOf}</span>
          </dd>
        </div>
        <div>
          <dt>{w.hosts.webhooksGivenUp}</dt>
          <dd>
            {number(givenUp)}
            <span className="under">{w.hosts.webhooksOf}</span>
          </dd>
        </div>
      </dl>
    </section>
  );
}
