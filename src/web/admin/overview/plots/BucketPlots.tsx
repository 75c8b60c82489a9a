/** The plots of the overview: what each shows of the buckets, and says in words. */
import { useMemo } from 'react';
import type { Stats } from '../../../../contract/admin/stats.ts';
import { isErrorCode } from '../../../../contract/errors.ts';
import { bucketName, count, percent, span, wholePercent } from '../../format.ts';
import { pathTo, To } from '../../location.tsx';
import { useAdmin } from '../../page.ts';
import { Figure } from './Figure.tsx';
import { bucketMs, extreme, type Named, namedSeries, type Series } from './series.ts';

interface Props {
  stats: Stats;
}

export function MainPlot({ stats }: Props) {
  const { w, locale } = useAdmin();
  const { buckets, totals } = stats;
  const of = (key: 'completed' | 'failed' | 'cancelled') => buckets.map((bucket) => bucket[key]);
  const most = extreme(buckets, ({ turns }) => turns);
  return (
    <Figure
      title={w.plots.turns}
      summary={
        most &&
        w.plots.turnsSummary(
          count(totals.turns, locale),
          count(most.value, locale),
          nameOf(stats, most.bucket.from, locale),
        )
      }
      stats={stats}
      kind="stack"
      unit="count"
      tall
      series={[
        { label: w.plots.completed, colour: 'accent', values: of('completed') },
        { label: w.plots.failed, colour: 'bad', values: of('failed') },
        { label: w.plots.cancelled, colour: 'quiet', values: of('cancelled') },
      ]}
    />
  );
}

function Success({ stats }: Props) {
  const { w, locale } = useAdmin();
  const least = extreme(stats.buckets, ({ successRate }) => successRate, true);
  return (
    <Figure
      title={w.plots.success}
      summary={
        least &&
        w.plots.successSummary(
          percent(stats.totals.successRate, locale),
          percent(least.value, locale),
          nameOf(stats, least.bucket.from, locale),
        )
      }
      stats={stats}
      kind="lines"
      unit="share"
      series={[{ label: w.plots.share, colour: 'accent', values: stats.buckets.map(({ successRate }) => successRate) }]}
    />
  );
}

function Users({ stats }: Props) {
  const { w, locale } = useAdmin();
  const most = extreme(stats.buckets, ({ activeUsers }) => activeUsers);
  return (
    <Figure
      title={w.plots.users}
      summary={
        most &&
        w.plots.usersSummary(
          count(stats.totals.activeUsers, locale),
          count(most.value, locale),
          nameOf(stats, most.bucket.from, locale),
        )
      }
      stats={stats}
      kind="stack"
      unit="count"
      series={[{ label: w.plots.active, colour: 'accent', values: stats.buckets.map((bucket) => bucket.activeUsers) }]}
    />
  );
}

function Spans({ stats, of, title }: Props & { of: 'total' | 'firstText'; title: string }) {
  const { w, locale } = useAdmin();
  const { p50, p95 } = stats.totals[of];
  const series: Series[] = [
    { label: w.plots.median, colour: 'accent', values: stats.buckets.map((bucket) => bucket[of].p50) },
    { label: wholePercent(0.95, locale), colour: 'line-two', values: stats.buckets.map((bucket) => bucket[of].p95) },
  ];
  return (
    <Figure
      title={title}
      summary={
        p50 === null ? null : w.plots.spanSummary(span(p50, locale), wholePercent(0.95, locale), span(p95, locale))
      }
      stats={stats}
      series={series}
      kind="lines"
      unit="span"
    />
  );
}

function Total({ stats }: Props) {
  const { w } = useAdmin();
  return <Spans stats={stats} of="total" title={w.plots.total} />;
}

function FirstText({ stats }: Props) {
  const { w } = useAdmin();
  return <Spans stats={stats} of="firstText" title={w.plots.firstText} />;
}

interface RankedProps extends Props {
  kind: 'codes' | 'tools' | 'tags';
  title: string;
  bad?: boolean;
}

function Ranked({ stats, kind, title, bad = false }: RankedProps) {
  const { w, locale } = useAdmin();
  const named: Named[] = stats[kind];
  const wordsOf = (name: string) => (kind === 'codes' && isErrorCode(name) ? w.codes[name] : name);
  const series = namedSeries(stats, kind, w.plots.others).map((one) => ({ ...one, label: wordsOf(one.label) }));
  const most = named.slice(0, 3).map(({ name, count: times }) => `${wordsOf(name)} (${count(times, locale)})`);
  return (
    <Figure
      title={title}
      summary={most.length === 0 ? null : w.plots.rankedSummary(most.join(', '))}
      nothing={kind === 'codes' ? w.plots.noneFailed : w.plots.nothing}
      stats={stats}
      series={series}
      bad={bad}
      kind="stack"
      unit="count"
    >
      {kind !== 'tools' && named.length > 0 && (
        <ul className="names">
          {named.slice(0, 8).map(({ name, count: times }) => (
            <li key={name}>
              <To href={pathTo(['turns'], { [kind === 'codes' ? 'code' : 'tag']: name, time: stats.range })}>
                {wordsOf(name)}
              </To>{' '}
              <span className="names-count">{count(times, locale)}</span>
            </li>
          ))}
        </ul>
      )}
    </Figure>
  );
}

function Codes({ stats }: Props) {
  const { w } = useAdmin();
  // What a person stopped has a code as well, and is no failure.
  const failures = useMemo(() => {
    const without = <T extends { name: string }>(codes: T[]) => codes.filter(({ name }) => name !== 'cancelled');
    const buckets = stats.buckets.map((bucket) => ({ ...bucket, codes: without(bucket.codes) }));
    return { ...stats, codes: without(stats.codes), buckets };
  }, [stats]);
  return <Ranked stats={failures} kind="codes" title={w.plots.codes} bad />;
}

function Tools({ stats }: Props) {
  const { w } = useAdmin();
  return <Ranked stats={stats} kind="tools" title={w.plots.tools} />;
}

function Tags({ stats }: Props) {
  const { w } = useAdmin();
  return <Ranked stats={stats} kind="tags" title={w.plots.tags} />;
}

export const BucketPlots = { Success, Users, Total, FirstText, Codes, Tools, Tags };

function nameOf(stats: Stats, from: number, locale: string): string {
  return bucketName(from, bucketMs(stats), locale);
}
