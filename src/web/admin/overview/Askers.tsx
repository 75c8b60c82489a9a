/** Who asks most, and whose questions fail. */
import type { Stats } from '../../../contract/admin/stats.ts';
import { count } from '../format.ts';
import { useAdmin } from '../page.ts';
import { Bar } from '../ui/Bar.tsx';
import { PersonTurns } from '../ui/small.tsx';

export function Askers({ stats: { users } }: { stats: Stats }) {
  const { w, locale } = useAdmin();
  const most = users[0]?.turns ?? 1;
  return (
    <section className="panel" aria-labelledby="askers">
      <h2 id="askers">{w.lists.askers}</h2>
      {users.length === 0 ? (
        <p className="quiet">{w.lists.nobody}</p>
      ) : (
        <ol className="ranked">
          {users.slice(0, MOST).map((user) => (
            <li key={user.id}>
              <span className="ranked-name">
                <PersonTurns user={user} />
              </span>
              <span className="ranked-more">{user.failed > 0 && w.lists.failedOf(count(user.failed, locale))}</span>
              <span className="ranked-count">{count(user.turns, locale)}</span>
              <Bar share={user.turns / most} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

// As many as stand beside the plot.
const MOST = 7;
