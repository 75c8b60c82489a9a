/** What was most frequent, as a list with a bar each: where there is too little for a plot over time. */
import type { Stats } from '../../../contract/admin/stats.ts';
import { isErrorCode } from '../../../contract/errors.ts';
import { count } from '../format.ts';
import { pathTo, To } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { Bar } from '../ui/Bar.tsx';

export function RankedList({ stats, kind }: { stats: Stats; kind: 'codes' | 'tools' | 'tags' }) {
  const { w, locale } = useAdmin();
  // What a person stopped has a code as well, and is no failure.
  const named: { name: string; count: number }[] = stats[kind].filter(({ name }) => name !== 'cancelled');
  if (named.length === 0) return null;
  const most = named[0]?.count ?? 1;
  return (
    <section className="panel" aria-labelledby={`ranked-${kind}`}>
      <h2 id={`ranked-${kind}`}>{w.plots[kind]}</h2>
      <ol className="ranked">
        {named.slice(0, MOST).map(({ name, count: times }) => (
          <li key={name}>
            <span className="ranked-name">
              {kind === 'tools' ? (
                name
              ) : (
                <To href={pathTo(['turns'], { [kind === 'codes' ? 'code' : 'tag']: name, time: stats.range })}>
                  {isErrorCode(name) ? w.codes[name] : name}
                </To>
              )}
            </span>
            <span className="ranked-more" />
            <span className="ranked-count">{count(times, locale)}</span>
            <Bar share={times / most} tone={kind === 'codes' ? 'bad' : undefined} />
          </li>
        ))}
      </ol>
    </section>
  );
}

const MOST = 7;
