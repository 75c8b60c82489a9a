/** What the agent asked leave for, with all that was shown of it, and who decided what. */
import type { TurnInFull } from '../../../contract/admin/turn.ts';
import { type AgentQuestion, DENY } from '../../../contract/turn.ts';
import { visible } from '../../../contract/visible.ts';
import { ExactText } from '../../chat/card/ExactText.tsx';
import { type Asked, WhatIsAsked } from '../../chat/card/WhatIsAsked.tsx';
import { useAdmin } from '../page.ts';
import { At, State } from '../ui/small.tsx';

export function Decisions({ approvals, decisions }: Pick<TurnInFull, 'approvals' | 'decisions'>) {
  const { w } = useAdmin();
  if (approvals.length === 0 && decisions.length === 0) return null;
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">{w.turn.approvals}</h2>
      <ul className="decisions">
        {approvals.map((approval) => (
          <li key={approval.id}>
            <State tone="wait" icon="hand">
              {w.turn.waitsFor}
            </State>
            <div>
              {visible(approval.title, { line: true })}
              <Shown asked={approval} />
            </div>
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
            <div>
              {visible(approval.title, { line: true })}
              {message !== undefined && <span className="under">{visible(message)}</span>}
              {Object.entries(answers ?? {}).map(([question, answer]) => (
                <span key={question} className="under">
                  {visible(question)}: {visible(answer)}
                </span>
              ))}
              <span className="under">
                {w.turn.by[by]}, <At at={at} />
              </span>
              {hasMore(approval) && (
                <details>
                  <summary>{w.turn.decidedOn}</summary>
                  <Shown asked={approval} />
                </details>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Decisions of an older gateway's have the title alone. */
function hasMore({ tool, fields, detail, diff, questions }: Asked): boolean {
  return [tool, fields, detail, diff, questions].some((each) => each !== undefined);
}

function Shown({ asked }: { asked: Asked }) {
  const { w } = useAdmin();
  return (
    <>
      <WhatIsAsked asked={asked} words={w.turn.card} />
      {asked.questions?.map((question) => (
        <Question key={question.question} {...question} />
      ))}
    </>
  );
}

function Question({ question, header, options }: AgentQuestion) {
  return (
    <dl className="asked-fields">
      <div className="asked-field">
        <dt className="asked-field-name">
          {header !== undefined && `${visible(header, { line: true })}: `}
          <ExactText text={question} />
        </dt>
        {options.map(({ label, description, preview }) => (
          <dd key={label}>
            <ExactText text={label} line />
            {description !== undefined && (
              <span className="under">
                <ExactText text={description} />
              </span>
            )}
            {preview !== undefined && (
              <pre className="asked-field-text">
                <ExactText text={preview} />
              </pre>
            )}
          </dd>
        ))}
      </div>
    </dl>
  );
}
