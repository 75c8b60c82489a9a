/** The figures of the range, each with what makes it up and how it was before. */
import type { ReactNode } from 'react';
import type { Stats } from '../../../contract/admin.ts';
import { change, count, percent, span } from '../format.ts';
import { useAdmin } from '../page.ts';

export function FiguresRow({ stats: { totals, previous } }: { stats: Stats }) {
  const { w, locale } = useAdmin();
  const f = w.figures;
  const number = (value: number) => count(value, locale);
  const changed = (now: number | null, before: number | null) => {
    const by = now === null || before === null ? null : change(now, before, locale);
    return by === null ? null : f.before(by);
  };
  const points =
    totals.successRate === null || previous.successRate === null
      ? null
      : f.before(signed((totals.successRate - previous.successRate) * 100, locale));
  return (
    <dl className="figures" aria-label={f.title}>
      <Figure name={f.turns} value={number(totals.turns)} more={changed(totals.turns, previous.turns)} />
      <Figure name={f.success} value={percent(totals.successRate, locale)} more={points} />
      <Figure
        name={f.failed}
        value={number(totals.failed)}
        more={totals.cancelled > 0 ? `${number(totals.cancelled)} ${w.plots.cancelled}` : null}
      />
      <Figure
        name={f.users}
        value={number(totals.activeUsers)}
        more={changed(totals.activeUsers, previous.activeUsers)}
      />
      <Figure
        name={f.total}
        value={span(totals.total.p50, locale)}
        more={totals.total.p95 === null ? null : f.p95(span(totals.total.p95, locale))}
      />
      <Figure
        name={f.firstText}
        value={span(totals.firstText.p50, locale)}
        more={totals.firstText.p95 === null ? null : f.p95(span(totals.firstText.p95, locale))}
      />
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

/** Percentage points, which are no percent of anything. */
function signed(points: number, locale: string): string {
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(points)}\u00a0pp`;
}
