/** What failed last, and why: each leads to its turn. */
import type { TurnsPage } from '../../../contract/admin/turns.ts';
import { useResource } from '../data/useResource.ts';
import { pathTo, To } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { At, Code, PersonName, StatusOf } from '../ui/small.tsx';
import { Loaded } from '../ui/states.tsx';

export function Failures() {
  const { w } = useAdmin();
  const turns = useResource<TurnsPage>(`/api/admin/turns?status=failed&limit=${MOST}`, {
    on: (change) => change.type === 'turns' && change.turns.some(({ status }) => status === 'failed'),
  });
  return (
    <section className="panel" aria-labelledby="failures">
      <div className="panel-head">
        <h2 id="failures">{w.lists.failures}</h2>
        {(turns.data?.turns.length ?? 0) > 0 && (
          <To href={pathTo(['turns'], { status: 'failed' })}>{w.lists.allFailures}</To>
        )}
      </div>
      <Loaded from={turns}>
        {({ turns }) =>
          turns.length === 0 ? (
            <p className="quiet">{w.lists.noFailures}</p>
          ) : (
            <ul className="failures">
              {turns.map(({ turnId, user, question, errorCode, status, startedAt }) => (
                <li key={turnId}>
                  <span className="failures-why">
                    {errorCode === null ? <StatusOf status={status} /> : <Code code={errorCode} />}
                  </span>
                  <span className="failures-when">
                    <At at={startedAt} />
                  </span>
                  <To className="failures-what" href={pathTo(['turns', turnId])}>
                    {question || w.turns.noText}
                  </To>
                  <span className="failures-who">
                    <PersonName user={user} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

// As many as stand beside a plot.
const MOST = 5;
