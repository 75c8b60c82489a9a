/** How often the agent called the application's own tools, and how often that failed. */
import type { Stats } from '../../../contract/admin/stats.ts';
import { visible } from '../../../contract/visible.ts';
import { count } from '../format.ts';
import { useAdmin } from '../page.ts';
import { Bar } from '../ui/Bar.tsx';

export function AppTools({ stats: { appTools } }: { stats: Stats }) {
  const { w, locale } = useAdmin();
  const most = appTools[0]?.count ?? 1;
  if (appTools.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="app-tools-called">
      <h2 id="app-tools-called">{w.lists.appTools}</h2>
      <ol className="ranked">
        {appTools.slice(0, MOST).map(({ name, count: calls, failed }) => (
          <li key={name}>
            <span className="ranked-name">{visible(name, { line: true })}</span>
            <span className="ranked-more">{failed > 0 && w.lists.failedOf(count(failed, locale))}</span>
            <span className="ranked-count">{count(calls, locale)}</span>
            <Bar share={calls / most} />
          </li>
        ))}
      </ol>
    </section>
  );
}

const MOST = 7;
