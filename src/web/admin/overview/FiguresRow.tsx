/** The figures of the range, each with what makes it up and how it was before. */
import type { ReactNode } from 'react';
import type { Stats } from '../../../contract/admin/stats.ts';
import { count, percent, span, wholePercent } from '../format.ts';
import { useAdmin } from '../page.ts';

export function FiguresRow({ stats: { totals, previous } }: { stats: Stats }) {
  const { w, locale } = useAdmin();
  const f = w.figures;
  const p95 = (ms: number | null) => (ms === null ? null : f.p95(wholePercent(0.95, locale), span(ms, locale)));
  const number = (value: number) => count(value, locale);
  return (
    <dl className="figures" aria-label={f.title}>
      <Figure
        name={f.turns}
        value={number(totals.turns)}
        more={previous.turns === 0 ? null : f.before(number(previous.turns))}
      />
      <Figure
        name={f.success}
        value={percent(totals.successRate, locale)}
        more={previous.successRate === null ? null : f.before(percent(previous.successRate, locale))}
      />
      <Figure
        name={f.failed}
        value={number(totals.failed)}
        more={totals.cancelled > 0 ? `${number(totals.cancelled)} ${w.plots.cancelled}` : null}
      />
      <Figure
        name={f.users}
        value={number(totals.activeUsers)}
        more={previous.activeUsers === 0 ? null : f.before(number(previous.activeUsers))}
      />
      <Figure name={f.total} value={span(totals.total.p50, locale)} more={p95(totals.total.p95)} />
      <Figure name={f.firstText} value={span(totals.firstText.p50, locale)} more={p95(totals.firstText.p95)} />
    </dl>
  );
}

function Figure({ name, value, more }: { name: string; value: string; more: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="figure-value">{value}</dd>
      <dd className="figure-more">{more}</dd>
    </div>
  );
}
