/** One question and its answer, in whatever state it is. */
import { memo, useCallback } from 'react';
import type { WhenAway } from '../../contract/turn.ts';
import { openApprovals } from '../../contract/turn-approvals.ts';
import { moment } from '../locales/format.ts';
import { Answer } from './Answer.tsx';
import { Approval } from './Approval.tsx';
import { type ChatTurn, isOpen } from './chat-turn.ts';
import type { AskMore, Controller } from './controller.ts';
import { Note } from './Note.tsx';
import { Outcome } from './Outcome.tsx';
import { Progress } from './Progress.tsx';
import { Question } from './Question.tsx';
import { Steps } from './Steps.tsx';
import { TurnFoot } from './TurnFoot.tsx';
import './turn.css';
import { usePage } from './ui/page.ts';
import { type DecidedWords, decidedWords, progressWords, runningStep, waitingWords } from './words.ts';

export interface TurnProps {
  turn: ChatTurn;
  controller: Controller;
  canAsk: boolean;
  /** Questions can go on on another host. */
  elsewhere: boolean;
  /** What to do about it is offered for the newest turn only. */
  isLast: boolean;
  clockAhead: number;
  onAsk(question: string, from: string | null, more?: AskMore): void;
  onStop(turnId: string): void;
  /** Asked from where the question before was asked: not worth saying again. */
  samePage: boolean;
}

export const Turn = memo(function Turn(props: TurnProps) {
  const { turn, controller, canAsk, elsewhere, isLast, clockAhead, onAsk, onStop, samePage } = props;
  const { t, locale } = usePage();
  const { view, steps } = turn;
  const open = isOpen(turn);
  const askOn = useCallback(
    (question: string) => canAsk && onAsk(question, view.pageOrigin),
    [onAsk, canAsk, view.pageOrigin],
  );
  const { attachments } = view;
  const again = (whenAway?: WhenAway) => onAsk(view.message, view.pageOrigin, { whenAway, attachments });

  return (
    <article className="turn" data-turn={view.turnId}>
      {/* Where the cut above does not say it already. */}
      {view.notices
        .filter((notice) => notice !== 'moved')
        .map((notice) => (
          <p key={notice} className="turn-notice">
            {t.notices[notice]}
          </p>
        ))}
      <Question
        text={view.message}
        pageOrigin={samePage ? null : view.pageOrigin}
        files={attachments}
        askedAt={view.startedAt}
      />
      {open && <Steps steps={steps} />}
      {view.late && (
        <Note kind="wait" icon="clock" title={t.late}>
          <p>{t.lateText}</p>
        </Note>
      )}
      {view.response !== '' && <Answer text={view.response} growing={open} base={view.pageOrigin} onAsk={askOn} />}
      {view.decisions.length > 0 && (
        <ul className="decisions">
          {view.decisions.map((decided) => (
            <Decision key={`${decided.approval.id} ${decided.by}`} {...decidedWords(decided, t)} />
          ))}
        </ul>
      )}
      {!turn.stopping &&
        openApprovals(turn.approvals).map(({ request, state }) => (
          <Approval
            key={request.id}
            approval={request}
            state={state}
            onDecide={(decision) => controller.decide(view.turnId, request.id, decision)}
          />
        ))}
      {open ? (
        <Progress
          words={waitingWords(turn, t) ?? progressWords(turn, t)}
          since={runningStep(steps)?.startedAt ?? view.startedAt}
          clockAhead={clockAhead}
          still={view.status === 'waiting' || view.status === 'queued'}
        >
          {view.status === 'queued' && view.awayUntil !== null && turn.presence === 'away' && (
            <span>{t.leftUntil(moment(view.awayUntil, Date.now(), locale))}</span>
          )}
          {view.status === 'queued' && !turn.stopping && (
            <button type="button" className="button button-quiet" onClick={() => onStop(view.turnId)}>
              {t.withdraw}
            </button>
          )}
        </Progress>
      ) : (
        <>
          <Outcome view={view} onAgain={canAsk ? again : null} elsewhere={elsewhere} isLast={isLast} />
          <TurnFoot view={view} controller={controller} onAgain={canAsk ? () => again() : null} />
        </>
      )}
    </article>
  );
});

function Decision({ what, verdict, more }: DecidedWords) {
  return (
    <li dir="auto">
      {what} – <strong>{verdict}</strong>
      {more.map((words) => ` – ${words}`)}
    </li>
  );
}
