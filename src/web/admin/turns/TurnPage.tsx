/** One turn in full: what was asked and answered, what it took, what was decided, why it failed. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { Refusal } from '../../../client/request.ts';
import type { TurnInFull } from '../../../contract/admin/turn.ts';
import { questionLine } from '../../../contract/question-line.ts';
import { isFinal } from '../../../contract/turn.ts';
import { visible } from '../../../contract/visible.ts';
import { FilesContext } from '../../chat/files/context.ts';
import { FileList } from '../../chat/files/FileList.tsx';
import { Choice } from '../../chat/ui/Choice.tsx';
import { Fallback } from '../../chat/ui/Fallback.tsx';
import { Icon } from '../../chat/ui/Icon.tsx';
import { useResource } from '../data/useResource.ts';
import { pathTo, To } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { At, PersonTurns, StatusOf } from '../ui/small.tsx';
import { Loaded, Nothing } from '../ui/states.tsx';
import { Trouble } from '../ui/Trouble.tsx';
import { AppToolCalls } from './AppToolCalls.tsx';
import { Decisions } from './Decisions.tsx';
import { Facts } from './Facts.tsx';
import { shortened } from './shortened.ts';
import { Tools } from './Tools.tsx';
import './turn-page.css';
import { Waterfall } from './Waterfall.tsx';

export function TurnPage({ turnId }: { turnId: string }) {
  const { w } = useAdmin();
  const turn = useResource<TurnInFull>(`/api/admin/turns/${encodeURIComponent(turnId)}`, {
    on: (change) => change.type === 'turns' && change.turns.some((one) => one.turnId === turnId),
  });
  const back = (
    <To className="back" href={pathTo(['turns'])}>
      {w.turn.back}
    </To>
  );
  if (turn.data === null && turn.error instanceof Refusal && [400, 404].includes(turn.error.status)) {
    return (
      <Nothing title={w.turn.gone} text={w.turn.goneText} level={1}>
        <To className="button" href={pathTo(['turns'])}>
          {w.turn.back}
        </To>
      </Nothing>
    );
  }
  return (
    <>
      {back}
      <Loaded from={turn}>{(data) => <InFull turn={data} />}</Loaded>
    </>
  );
}

function InFull({ turn }: { turn: TurnInFull }) {
  const { w, locale, announce, readFile } = useAdmin();
  const question = visible(turn.message);
  const title = shortened(visible(questionLine(turn))) || w.turns.noText;
  useTitle(title);
  return (
    <article className="turn-page">
      <header className="turn-page-head">
        <h1>{title}</h1>
        <p className="turn-page-line">
          <StatusOf status={turn.status} late={turn.late} />
          <PersonTurns user={turn.user} />
          <At at={turn.startedAt} />
          <code className="turn-page-id">{turn.turnId}</code>
        </p>
      </header>
      <div className="turn-page-main">
        <FilesContext value={readFile}>
          <FileList files={turn.attachments} locale={locale} words={w.turn} announce={announce} />
        </FilesContext>
        {title !== question.trim() && question.trim() !== '' && (
          <section aria-labelledby="question">
            <h2 id="question">{w.turn.question}</h2>
            <p className="said">{question}</p>
          </section>
        )}
        {turn.error !== null && (
          <section className="notice notice-bad" aria-label={w.turn.error}>
            <Icon name="alert" />
            <Trouble {...turn.error} />
          </section>
        )}
        {turn.late && (
          <p className="notice notice-wait">
            <Icon name="clock" />
            <span>{w.turn.lateText}</span>
          </p>
        )}
        {turn.notices.map((notice) => (
          <p key={notice} className="notice">
            <Icon name="unsure" />
            <span>{w.turn.notices[notice]}</span>
          </p>
        ))}
        <AnswerSection turn={turn} />
        <Decisions approvals={turn.approvals} decisions={turn.decisions} />
      </div>
      <div className="turn-page-side">
        <Waterfall {...turn} />
        <AppToolCalls calls={turn.toolCalls} />
        <Tools turn={turn} />
        <Facts turn={turn} />
      </div>
    </article>
  );
}

/** The window's title, and the entry in the browser's history, until another page is shown. */
function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · Paliadin`;
    return () => {
      document.title = before;
    };
  }, [title]);
}

function AnswerSection({ turn: { response, raw, status, pageOrigin, trailerMalformed } }: { turn: TurnInFull }) {
  const { w } = useAdmin();
  const [as, setAs] = useState<'rendered' | 'raw'>('rendered');
  const text = as === 'raw' ? (raw ?? response) : response;
  const asText = <pre className="raw">{visible(text)}</pre>;
  return (
    <section aria-labelledby="answer">
      <div className="panel-head">
        <h2 id="answer">{isFinal(status) ? w.turn.answer : `${w.turn.answer} – ${w.turn.soFar}`}</h2>
        {response !== '' && (
          <Choice<'rendered' | 'raw'>
            legend={w.turn.answerAs}
            options={[
              { value: 'rendered' as const, label: w.turn.rendered },
              { value: 'raw' as const, label: w.turn.raw },
            ]}
            value={as}
            onChange={setAs}
          />
        )}
      </div>
      {trailerMalformed && (
        <p className="notice notice-wait">
          <Icon name="alert" />
          <span>{w.turn.trailerMalformed}</span>
        </p>
      )}
      {response === '' && (raw ?? '') === '' ? (
        <p className="quiet">{w.turn.noAnswer}</p>
      ) : as === 'raw' ? (
        <>
          {raw === null && <p className="quiet">{w.turn.noRaw}</p>}
          {asText}
        </>
      ) : (
        <Fallback with={asText}>
          <Suspense fallback={asText}>
            <AnswerView text={response} base={pageOrigin} growing={!isFinal(status)} />
          </Suspense>
        </Fallback>
      )}
    </section>
  );
}

const AnswerView = lazy(async () => ({ default: (await import('./AnswerView.tsx')).AnswerView }));
