/** Below an answer: what it took, and what can be done with it. */
import { useRef, useState } from 'react';
import type { TurnView } from '../../contract/api.ts';
import { count, duration } from '../locales/format.ts';
import type { Controller } from './controller.ts';
import { FeedbackForm } from './FeedbackForm.tsx';
import { CopyButton } from './ui/CopyButton.tsx';
import { Icon } from './ui/Icon.tsx';
import { IconButton } from './ui/IconButton.tsx';
import { usePage } from './ui/page.ts';

export interface TurnFootProps {
  view: TurnView;
  controller: Controller;
  onAgain: (() => void) | null;
}

export function TurnFoot({ view, controller, onAgain }: TurnFootProps) {
  const { t, announce } = usePage();
  const [commenting, setCommenting] = useState(false);
  const actions = useRef<HTMLDivElement>(null);
  const rating = view.feedback?.rating ?? null;
  const comment = view.feedback?.comment ?? '';

  const rate = async (pressed: 'up' | 'down') => {
    const next = rating === pressed ? null : pressed;
    setCommenting(next !== null);
    await controller.giveFeedback(view.turnId, { rating: next, comment: next === null ? '' : comment });
  };
  /** Back to the thumb that opened the form. */
  const close = () => {
    setCommenting(false);
    actions.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
  };
  const explain = async (text: string) => {
    close();
    await controller.giveFeedback(view.turnId, { rating, comment: text });
    announce(t.thanks);
  };

  return (
    <footer className="turn-foot">
      <Facts view={view} />
      {view.status === 'cancelled' && onAgain !== null && (
        <button type="button" className="button button-quiet turn-again" onClick={onAgain}>
          {t.askAgain}
        </button>
      )}
      {view.response !== '' && (
        <div ref={actions} className="turn-actions">
          <CopyButton text={view.response} label={t.copyAnswer} />
          <Thumb name="up" label={t.good} pressed={rating === 'up'} onPress={() => rate('up')} />
          <Thumb name="down" label={t.bad} pressed={rating === 'down'} onPress={() => rate('down')} />
          {onAgain !== null && view.status === 'completed' && (
            <IconButton icon="again" label={t.askAgain} onClick={onAgain} />
          )}
        </div>
      )}
      {commenting && rating !== null && (
        <FeedbackForm
          label={rating === 'up' ? t.commentGood : t.commentBad}
          comment={comment}
          onSend={explain}
          onSkip={close}
        />
      )}
      {!commenting && comment !== '' && (
        <p className="turn-comment" dir="auto">
          {comment}
        </p>
      )}
    </footer>
  );
}

function Facts({ view }: { view: TurnView }) {
  const { t, locale } = usePage();
  const facts = [
    view.durationMs !== null && duration(view.durationMs, locale),
    view.usedTools.length > 0 && t.used(view.usedTools.join(', ')),
    view.rowsSeen !== null && view.rowsSeen > 0 && t.rows(view.rowsSeen, count(view.rowsSeen, locale)),
  ].filter((fact) => fact !== false);
  return (
    <p className="turn-facts">
      {view.status === 'cancelled' && (
        <strong className="turn-stopped">
          <Icon name="stop" />
          {t.stopped}
        </strong>
      )}
      {facts.join(' · ')}
    </p>
  );
}

interface ThumbProps {
  name: 'up' | 'down';
  label: string;
  pressed: boolean;
  onPress(): void;
}

function Thumb({ name, label, pressed, onPress }: ThumbProps) {
  return <IconButton icon={name} label={label} className="thumb" aria-pressed={pressed} onClick={onPress} />;
}
