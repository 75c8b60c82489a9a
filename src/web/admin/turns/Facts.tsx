/** What else is known of a turn. */
import type { ReactNode } from 'react';
import type { TurnInFull } from '../../../contract/admin/turn.ts';
import { visible } from '../../../contract/visible.ts';
import { count, exactly } from '../format.ts';
import { pathTo, To } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { PersonTurns } from '../ui/small.tsx';

export function Facts({ turn }: { turn: TurnInFull }) {
  const { w, locale } = useAdmin();
  const { tokens, user, agentSession, generation, feedback } = turn;
  const number = (value: number) => count(value, locale);
  const counted = [
    tokens.input !== null && w.turn.tokensIn(number(tokens.input)),
    tokens.cached !== null && w.turn.tokensCached(number(tokens.cached)),
    tokens.output !== null && w.turn.tokensOut(`${tokens.exact ? '' : '~'}${number(tokens.output)}`),
  ].filter((words) => words !== false);
  return (
    <section className="panel" aria-labelledby="facts">
      <h2 id="facts">{w.turn.facts}</h2>
      <dl className="facts">
        <Fact name={w.turn.user}>
          <PersonTurns user={user} />{' '}
          <span className="quiet">
            {w.users.roles[user.role]}
            {user.subject !== user.name && user.subject !== '' && ` · ${user.subject}`}
          </span>
        </Fact>
        <Fact name={w.turn.asked}>{exactly(turn.startedAt, locale)}</Fact>
        <Fact name={w.turn.ended}>{turn.finishedAt === null ? null : exactly(turn.finishedAt, locale)}</Fact>
        <Fact name={w.turn.model}>{turn.model}</Fact>
        <Fact name={w.turn.tokens}>
          {counted.length === 0 ? null : (
            <>
              {counted.join(', ')}
              <span className="under">{tokens.exact ? w.turn.exact : w.turn.approximate}</span>
            </>
          )}
        </Fact>
        <Fact name={w.turn.tag}>
          {turn.classifierTag && <To href={pathTo(['turns'], { tag: turn.classifierTag })}>{turn.classifierTag}</To>}
        </Fact>
        <Fact name={w.turn.rows}>{turn.rowsSeen === null ? null : number(turn.rowsSeen)}</Fact>
        <Fact name={w.turn.chips}>{turn.chipCount === 0 ? null : number(turn.chipCount)}</Fact>
        <Fact name={w.turn.feedback}>
          {feedback?.rating && (
            <>
              {feedback.rating === 'up' ? w.turn.liked : w.turn.disliked}
              {feedback.comment !== '' && <span className="under">{visible(feedback.comment)}</span>}
            </>
          )}
        </Fact>
        <Fact name={w.turn.page}>{turn.pageOrigin && visible(turn.pageOrigin)}</Fact>
        <Fact name={w.turn.context}>
          {turn.context && (
            <details>
              <summary>{visible(turn.context.slice(0, 60))}…</summary>
              <pre className="raw">{visible(turn.context)}</pre>
            </details>
          )}
        </Fact>
        <Fact name={w.turn.locale}>{turn.locale}</Fact>
        <Fact name={w.turn.session}>
          <To className="mono" href={pathTo(['sessions', agentSession])}>
            {agentSession}
          </To>
          <span className="under">{w.turn.generation(number(generation))}</span>
        </Fact>
        <Fact name={w.turn.host}>{turn.host}</Fact>
        <Fact name={w.turn.id}>
          <To href={pathTo(['audit'], { turnId: turn.turnId })}>{w.turn.audit}</To>
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === null || children === '' || children === undefined || children === false) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
