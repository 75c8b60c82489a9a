/** A plot with what it says: a title, a sentence, a key to its colours, and the same as a table. */

import { lazy, type ReactNode, Suspense, useId, useState } from 'react';
import type { Stats } from '../../../../contract/admin/stats.ts';
import { Fallback } from '../../../chat/ui/Fallback.tsx';
import { bucketName, count, percent, span } from '../../format.ts';
import { useAdmin } from '../../page.ts';
import { bucketMs, type Series } from './series.ts';
import type { Unit } from './unit.ts';

export interface FigureProps {
  title: string;
  /** Null: there is nothing to draw. */
  summary: string | null;
  stats: Stats;
  kind: 'stack' | 'lines';
  unit: Unit;
  series: readonly Series[];
  tall?: boolean;
  /** In the colours of what failed. */
  bad?: boolean;
  nothing?: string;
  children?: ReactNode;
}

export function Figure({
  title,
  summary,
  stats,
  kind,
  unit,
  series,
  tall = false,
  bad = false,
  nothing,
  children,
}: FigureProps) {
  const { w, locale } = useAdmin();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  const id = useId();
  const width = bucketMs(stats);
  const isEmpty = summary === null || series.length === 0;
  const pointed = at === null ? undefined : stats.buckets[at];
  return (
    <figure className={bad ? 'panel figure figure-bad' : 'panel figure'} aria-labelledby={`${id}-title`}>
      <figcaption>
        <h2 id={`${id}-title`}>{title}</h2>
        <p className="figure-summary">{isEmpty ? (nothing ?? w.plots.nothing) : summary}</p>
      </figcaption>
      {!isEmpty && (
        <>
          <Fallback with={null}>
            <Suspense fallback={<div className={tall ? 'plot plot-tall' : 'plot'} />}>
              <Plot
                kind={kind}
                unit={unit}
                series={series}
                locale={locale}
                tall={tall}
                width={width}
                times={stats.buckets}
                onPoint={setAt}
              />
            </Suspense>
          </Fallback>
          <p className="key" aria-hidden="true">
            {pointed !== undefined && <span className="key-when">{bucketName(pointed.from, width, locale)}</span>}
            {series.map(({ label, colour, values }) => (
              <span key={label} className={`key-item ink-${colour}`}>
                {label}
                {at !== null && <span className="key-value">{inUnit(values[at] ?? null, unit, locale)}</span>}
              </span>
            ))}
          </p>
          {children}
          <details className="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>{w.asTable}</summary>
            {open && (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              <section className="as-table-frame" tabIndex={0} aria-label={title}>
                <table>
                  <caption className="only-read">{title}</caption>
                  <thead>
                    <tr>
                      <th scope="col">{w.plots.time}</th>
                      {series.map(({ label }) => (
                        <th key={label} scope="col">
                          {label}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {stats.buckets.map(({ from }, index) => (
                      <tr key={from}>
                        <th scope="row">{bucketName(from, width, locale)}</th>
                        {series.map(({ label, values }) => (
                          <td key={label}>{inUnit(values[index] ?? null, unit, locale)}</td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </section>
            )}
          </details>
        </>
      )}
    </figure>
  );
}

const Plot = lazy(async () => ({ default: (await import('./Plot.tsx')).Plot }));

function inUnit(value: number | null, unit: Unit, locale: string): string {
  if (value === null) return '–';
  if (unit === 'share') return percent(value, locale);
  return unit === 'span' ? span(value, locale) : count(value, locale);
}
