/** What the agent asked leave for, and who decided what. */
import type { TurnInFull } from '../../../contract/admin.ts';
import { DENY } from '../../../contract/turn.ts';
import { visible } from '../../../contract/visible.ts';
import { useAdmin } from '../page.ts';
import { At, State } from '../ui/small.tsx';

export function Decisions({ approvals, decisions }: Pick<TurnInFull, 'approvals' | 'decisions'>) {
  const { w } = useAdmin();
  if (approvals.length === 0 && decisions.length === 0) return null;
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">{w.turn.approvals}</h2>
      <ul className="decisions">
        {approvals.map(({ id, title, detail }) => (
          <li key={id}>
            <State tone="wait" icon="hand">
              {w.turn.waitsFor}
            </State>
            <span>
              {visible(title)}
              {detail !== undefined && <pre className="raw">{visible(detail)}</pre>}
            </span>
          </li>
        ))}
        {decisions.map(({ approval, option, by, message, answers, at }) => (
          <li key={`${approval.id} ${at}`}>
            {option === null ? (
              <State tone="quiet">{w.turn.elsewhere}</State>
            ) : option === DENY ? (
              <State tone="bad" icon="close">
                {w.turn.denied}
              </State>
            ) : (
              <State tone="good">{approval.kind === 'question' ? w.turn.answered : w.turn.allowed}</State>
            )}
            <span>
              {visible(approval.title)}
              {message !== undefined && <span className="under">{visible(message)}</span>}
              {Object.entries(answers ?? {}).map(([question, answer]) => (
                <span key={question} className="under">
                  {visible(question)}: {visible(answer)}
                </span>
              ))}
              <span className="under">
                {w.turn.by[by]}, <At at={at} />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
