/** Where a turn's time went: each stage where it was, and how long. */
import type { TurnInFull } from '../../../contract/admin/turn.ts';
import { span } from '../format.ts';
import { useAdmin } from '../page.ts';

export function Waterfall({ stages, startedAt, finishedAt }: Pick<TurnInFull, 'stages' | 'startedAt' | 'finishedAt'>) {
  const { w, locale } = useAdmin();
  const last = stages.at(-1);
  const end = finishedAt ?? Math.max(Date.now(), last?.from ?? startedAt);
  const whole = Math.max(1, end - startedAt);
  const share = (ms: number) => `${(Math.max(0, ms) / whole) * 100}%`;
  return (
    <section className="panel" aria-labelledby="stages">
      <div className="panel-head">
        <h2 id="stages">{w.turn.stages}</h2>
        {finishedAt !== null && (
          <span className="fall-total">
            {w.turn.total} <strong>{span(finishedAt - startedAt, locale)}</strong>
          </span>
        )}
      </div>
      <ol className="fall">
        {stages.map(({ stage, from, to }) => (
          <li key={stage}>
            <span className="fall-name">{w.turn.stageNames[stage]}</span>
            <svg className={`fall-bar fall-${stage}`} aria-hidden="true">
              <rect className="fall-all" width="100%" height="100%" rx="2" />
              <rect x={share(from - startedAt)} width={share((to ?? end) - from)} height="100%" rx="2" />
            </svg>
            <span className="fall-time">{to === null ? w.turn.stageGoesOn : span(to - from, locale)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
