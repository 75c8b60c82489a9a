/** How a turn ended, where it did not simply end with an answer. */
import type { ReactNode } from 'react';
import type { TurnView } from '../../contract/api.ts';
import { Icon, type IconName } from './ui/Icon.tsx';
import { usePage } from './ui/page.ts';

export function Outcome({ view, onAgain }: { view: TurnView; onAgain: (() => void) | null }) {
  const { t } = usePage();
  const { status, error, late, response } = view;
  const again = (label: string) =>
    onAgain !== null && (
      <button type="button" className="button" onClick={onAgain}>
        {label}
      </button>
    );

  if (late) {
    return (
      <Note kind="wait" icon="clock" title={t.late}>
        <p>{t.lateText}</p>
      </Note>
    );
  }
  if (status === 'completed') return response === '' ? <p className="outcome-empty">{t.emptyAnswer}</p> : null;
  if (status === 'cancelled') {
    return (
      <Note kind="calm" icon="stop" title={t.stopped}>
        {response === '' && <p>{t.stoppedEarly}</p>}
        {again(t.askAgain)}
      </Note>
    );
  }
  if (status === 'unknown') {
    return (
      <Note kind="wait" icon="unsure" title={t.unknown}>
        <p>{error?.message}</p>
        <Details detail={error?.detail ?? null} />
        {again(t.sendAgain)}
      </Note>
    );
  }
  return (
    <Note kind="bad" icon="alert" title={response === '' ? t.failed : t.failedPartly}>
      <p>{error?.message}</p>
      <Details detail={error?.detail ?? null} />
      {error?.retryable !== false && again(t.askAgain)}
    </Note>
  );
}

interface NoteProps {
  kind: 'calm' | 'wait' | 'bad';
  icon: IconName;
  title: string;
  children: ReactNode;
}

function Note({ kind, icon, title, children }: NoteProps) {
  return (
    <div className={`outcome outcome-${kind}`}>
      <Icon name={icon} />
      <div className="outcome-body">
        <strong>{title}</strong>
        {children}
      </div>
    </div>
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
