/** The first screen: does it work, who uses it, what failed. */
import type { Stats, StatsRange } from '../../../contract/admin/stats.ts';
import { Choice } from '../../chat/ui/Choice.tsx';
import { statsRanges } from '../data/ranges.ts';
import { useResource } from '../data/useResource.ts';
import { go, pathTo, useLocation } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { Loaded, Nothing } from '../ui/states.tsx';
import { AppTools } from './AppTools.tsx';
import { Askers } from './Askers.tsx';
import { Failures } from './Failures.tsx';
import { FiguresRow } from './FiguresRow.tsx';
import { Health } from './Health.tsx';
import './overview.css';
import { BucketPlots, MainPlot } from './plots/BucketPlots.tsx';
import { isLittle } from './plots/series.ts';
import { RankedList } from './RankedList.tsx';

export function Overview() {
  const { w } = useAdmin();
  const range = rangeOf(useLocation());
  // Where the reader's day begins.
  const utcOffset = -new Date().getTimezoneOffset();
  const stats = useResource<Stats>(`/api/admin/stats?range=${range}&utcOffset=${utcOffset}`, {
    on: ({ type }) => type === 'turns',
    paceMs: STATS_PACE_MS,
  });
  return (
    <>
      <h1 className="only-read">{w.pages.overview}</h1>
      <Health open={stats.data?.open ?? null} />
      <div className="range">
        <Choice
          legend={w.rangeLabel}
          options={statsRanges.map((value) => ({ value, label: w.ranges[value] }))}
          value={range}
          onChange={(next) => go(pathTo([], { range: next === DEFAULT ? null : next }))}
        />
      </div>
      <Loaded from={stats}>
        {(data) => (
          <>
            <FiguresRow stats={data} />
            <Shown stats={data} />
          </>
        )}
      </Loaded>
    </>
  );
}

/** In the form that fits how much there is. */
function Shown({ stats }: { stats: Stats }) {
  const { w } = useAdmin();
  if (stats.totals.turns === 0) {
    return (
      <>
        <Nothing title={w.lists.quiet} text={w.lists.quietText} />
        <div className="panels panels-even">
          <Failures />
        </div>
      </>
    );
  }
  if (isLittle(stats)) {
    return (
      <>
        <div className="panels panels-even">
          <Askers stats={stats} />
          <Failures />
          <RankedList stats={stats} kind="tags" />
          <RankedList stats={stats} kind="tools" />
          <AppTools stats={stats} />
          <RankedList stats={stats} kind="codes" />
        </div>
        <p className="note-small">{w.plots.little}</p>
      </>
    );
  }
  return (
    <>
      <div className="panels">
        <MainPlot stats={stats} />
        <Askers stats={stats} />
      </div>
      <div className="panels panels-even">
        <Failures />
        <BucketPlots.Codes stats={stats} />
      </div>
      <div className="panels panels-even">
        <BucketPlots.Success stats={stats} />
        <BucketPlots.Users stats={stats} />
        <BucketPlots.Total stats={stats} />
        <BucketPlots.FirstText stats={stats} />
        <BucketPlots.Tools stats={stats} />
        <BucketPlots.Tags stats={stats} />
        <AppTools stats={stats} />
      </div>
    </>
  );
}

function rangeOf(url: URL): StatsRange {
  const asked = url.searchParams.get('range');
  return statsRanges.find((range) => range === asked) ?? DEFAULT;
}

const DEFAULT: StatsRange = '30d';

// Sums over all buckets: often enough for somebody who watches.
const STATS_PACE_MS = 3000;
