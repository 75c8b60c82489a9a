/** How a turn ended, where it did not simply end with an answer, and what can be done next. */
import type { TurnView } from '../../contract/api.ts';
import type { WhenAway } from '../../contract/turn.ts';
import { Note } from './Note.tsx';
import { usePage } from './ui/page.ts';

export interface OutcomeProps {
  view: TurnView;
  onAgain: ((whenAway?: WhenAway) => void) | null;
  /** It can be asked on another host. */
  elsewhere: boolean;
  isLast: boolean;
}

export function Outcome({ view, onAgain, elsewhere, isLast }: OutcomeProps) {
  const { t } = usePage();
  const { status, error, late, response } = view;
  // Stopping is what the person wanted; the foot says so in a word.
  if (late || status === 'cancelled') return null;
  if (status === 'completed') return response === '' ? <p className="answer-empty">{t.emptyAnswer}</p> : null;
  if (status === 'unknown') {
    return (
      <Note kind="wait" icon="unsure" title={t.unknown}>
        <p>{error?.message}</p>
        <Again label={t.sendAgain} onAgain={onAgain && (() => onAgain())} />
        <Details detail={error?.detail ?? null} />
      </Note>
    );
  }
  return (
    <Note kind="bad" icon="alert" title={response === '' ? t.failed : t.failedPartly}>
      <p>{error?.message}</p>
      {error?.code === 'mriver_unreachable' && isLast && onAgain !== null ? (
        <WhileAway onAgain={onAgain} elsewhere={elsewhere} />
      ) : (
        error?.retryable !== false && <Again label={t.askAgain} onAgain={onAgain && (() => onAgain())} />
      )}
      <Details detail={error?.detail ?? null} />
    </Note>
  );
}

/** The host is away: the same question again, left for it, or asked on another host. One of them. */
function WhileAway({ onAgain, elsewhere }: { onAgain(whenAway?: WhenAway): void; elsewhere: boolean }) {
  const { t } = usePage();
  return (
    <>
      <p>{elsewhere ? t.awayOrElsewhere : t.awayText}</p>
      <div className="note-actions">
        <button type="button" className="button" onClick={() => onAgain()}>
          {t.askAgain}
        </button>
        <button type="button" className="button" onClick={() => onAgain('wait')}>
          {t.leaveQuestion}
        </button>
        {elsewhere && (
          <button type="button" className="button" onClick={() => onAgain('elsewhere')}>
            {t.goElsewhere}
          </button>
        )}
      </div>
    </>
  );
}

function Again({ label, onAgain }: { label: string; onAgain: (() => void) | null }) {
  if (onAgain === null) return null;
  return (
    <button type="button" className="button" onClick={onAgain}>
      {label}
    </button>
  );
}

/** The gateway gives details only to whom they concern. */
function Details({ detail }: { detail: string | null }) {
  const { t } = usePage();
  if (detail === null) return null;
  return (
    <details>
      <summary>{t.details}</summary>
      <code>{detail}</code>
    </details>
  );
}
