/** How a host was: one stroke for each probe, as high as it took long; one that failed stands out by its whole height. */
import type { Probe } from '../../../contract/admin/hosts.ts';
import { count, exactly, span } from '../format.ts';
import { useAdmin } from '../page.ts';
import { DataTable } from '../ui/DataTable.tsx';
import { At, Code } from '../ui/small.tsx';
import { heightOf, probeFigures } from './probe-figures.ts';

export function Probes({ probes }: { probes: readonly Probe[] }) {
  const { w, locale } = useAdmin();
  const last = probes.at(-1);
  const { well, median, slowest } = probeFigures(probes);
  const failed = probes.filter(({ error }) => error !== null).toReversed();
  // A place for each of the 120 that there can be: a short history is short.
  const place = (index: number) => ((PLACES - probes.length + index) / PLACES) * 100;
  return (
    <section className="probes" aria-labelledby="probes">
      <h3 id="probes">{w.hosts.probes}</h3>
      {last === undefined ? (
        <p className="quiet">{w.hosts.noProbes}</p>
      ) : (
        <>
          <p className="quiet">
            {w.hosts.probesSummary(
              count(well, locale),
              count(probes.length, locale),
              span(median, locale),
              span(slowest, locale),
            )}
          </p>
          <svg className="strip" aria-hidden="true">
            {probes.map((probe, index) => {
              const height = heightOf(probe, slowest ?? 0) * 100;
              return (
                <rect
                  key={probe.at}
                  className={probe.error === null ? 'strip-well' : 'strip-failed'}
                  x={`${place(index)}%`}
                  y={`${100 - height}%`}
                  width={`${(100 / PLACES) * 0.7}%`}
                  height={`${height}%`}
                >
                  <title>{`${exactly(probe.at, locale)}: ${probe.error?.code ?? span(probe.ms, locale)}`}</title>
                </rect>
              );
            })}
          </svg>
          <p className="strip-foot">
            <span>
              <At at={last.at - (PLACES - 1) * PROBE_MS} />
            </span>
            <span>
              <At at={last.at} />
            </span>
          </p>
          {failed.length > 0 && (
            <details>
              <summary>
                {w.hosts.failedProbes} ({count(failed.length, locale)})
              </summary>
              <DataTable
                caption={w.hosts.failedProbes}
                rows={failed}
                rowKey={({ at }) => String(at)}
                columns={[
                  { key: 'at', label: w.hosts.at, kind: 'main', cell: ({ at }) => <At at={at} /> },
                  { key: 'took', label: w.hosts.took, kind: 'number', cell: ({ ms }) => span(ms, locale) },
                  {
                    key: 'result',
                    label: w.hosts.result,
                    kind: 'wide',
                    cell: ({ error }) =>
                      error && (
                        <>
                          <Code code={error.code} />
                          {error.detail !== null && <span className="under">{error.detail}</span>}
                        </>
                      ),
                  },
                ]}
              />
            </details>
          )}
        </>
      )}
    </section>
  );
}

/** As many as the gateway remembers: an hour. */
const PLACES = 120;
const PROBE_MS = 30_000;
