/** What the agent waits for: what it would do, or what it wants to know, and the buttons that decide it. */
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { type AgentQuestion, type ApprovalRequest, DENY, type Decision } from '../../contract/turn.ts';
import { Diff } from './Diff.tsx';
import { Icon } from './ui/Icon.tsx';
import { usePage } from './ui/page.ts';

export interface ApprovalCardProps {
  approval: ApprovalRequest;
  /** Resolves to false where the decision was not taken, and can be made again. */
  onDecide(decision: Decision): Promise<boolean>;
}

export function ApprovalCard({ approval, onDecide }: ApprovalCardProps) {
  const { t } = usePage();
  const { title, detail, diff, options, questions } = approval;
  const isQuestion = approval.kind === 'question';
  const [sent, setSent] = useState(false);
  const [explaining, setExplaining] = useState(false);
  const heading = useId();

  const decide = async (decision: Decision) => {
    setSent(true);
    if (!(await onDecide(decision))) setSent(false);
  };

  return (
    <section className="approval" aria-labelledby={heading}>
      <h3 id={heading} className="approval-title">
        <Icon name={isQuestion ? 'unsure' : 'hand'} />
        <span>{isQuestion ? t.agentAsks : t.agentWaits}</span>
      </h3>
      <p className="approval-what">{title}</p>
      {detail !== undefined && <pre className="approval-detail">{detail}</pre>}
      {diff !== undefined && <Diff text={diff} />}
      {questions !== undefined && questions.length > 0 ? (
        <Questions questions={questions} disabled={sent} option={options[0]?.id ?? ''} onDecide={decide} />
      ) : explaining ? (
        <Reason disabled={sent} onDecide={decide} onBack={() => setExplaining(false)} />
      ) : (
        <div className="approval-actions">
          {options.map(({ id, label }, index) => (
            <button
              key={id}
              type="button"
              className={index === 0 && !isQuestion ? 'button button-main' : 'button'}
              disabled={sent}
              onClick={() => decide({ option: id })}
            >
              {isQuestion ? label : id === DENY ? t.deny : options.length === 2 ? t.allowOnce : label}
            </button>
          ))}
          {!isQuestion && (
            <button type="button" className="button button-quiet" disabled={sent} onClick={() => setExplaining(true)}>
              {t.denyWhy}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

/** A denial with a few words for the agent. */
function Reason(props: { disabled: boolean; onDecide(decision: Decision): void; onBack(): void }) {
  const { t } = usePage();
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useEffect(() => field.current?.focus(), []);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    props.onDecide({ option: DENY, message: text.trim() });
  };
  return (
    <form className="approval-reason" onSubmit={onSubmit}>
      <label htmlFor={id}>{t.denyReason}</label>
      <textarea
        id={id}
        ref={field}
        rows={2}
        maxLength={MAX_WORDS}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="approval-actions">
        <button type="submit" className="button button-main" disabled={props.disabled || text.trim() === ''}>
          {t.deny}
        </button>
        <button type="button" className="button" onClick={props.onBack}>
          {t.cancel}
        </button>
      </div>
    </form>
  );
}

/** Each question with its options, and room for an answer of one's own. */
function Questions(props: {
  questions: readonly AgentQuestion[];
  disabled: boolean;
  option: string;
  onDecide(decision: Decision): void;
}) {
  const { t } = usePage();
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const complete = props.questions.every(({ question }) => (answers[question] ?? '').trim() !== '');
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    props.onDecide({ option: props.option, answers });
  };
  return (
    <form className="approval-questions" onSubmit={onSubmit}>
      {props.questions.map((asked) => (
        <OneQuestion
          key={asked.question}
          asked={asked}
          answer={answers[asked.question] ?? ''}
          onAnswer={(answer) => setAnswers((others) => ({ ...others, [asked.question]: answer }))}
        />
      ))}
      <div className="approval-actions">
        <button type="submit" className="button button-main" disabled={props.disabled || !complete}>
          {t.answer}
        </button>
        <button
          type="button"
          className="button button-quiet"
          disabled={props.disabled}
          onClick={() => props.onDecide({ option: DENY })}
        >
          {t.noAnswer}
        </button>
      </div>
    </form>
  );
}

function OneQuestion(props: { asked: AgentQuestion; answer: string; onAnswer(answer: string): void }) {
  const { t } = usePage();
  const { question, options, several } = props.asked;
  const name = useId();
  const chosen = several ? props.answer.split(', ') : [props.answer];
  const choose = (label: string, on: boolean) => {
    if (!several) return props.onAnswer(label);
    const others = chosen.filter((one) => one !== label && options.some((option) => option.label === one));
    props.onAnswer((on ? [...others, label] : others).join(', '));
  };
  const own = options.some(({ label }) => chosen.includes(label)) ? '' : props.answer;
  return (
    <fieldset className="approval-question">
      <legend>{question}</legend>
      {options.map(({ label, description }) => (
        <label key={label} className="approval-option">
          <input
            type={several ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(label)}
            onChange={(event) => choose(label, event.target.checked)}
          />
          <span>
            {label}
            {description !== undefined && <small>{description}</small>}
          </span>
        </label>
      ))}
      <input
        type="text"
        className="approval-own"
        aria-label={t.ownAnswer}
        placeholder={t.ownAnswer}
        maxLength={MAX_WORDS}
        value={own}
        onChange={(event) => props.onAnswer(event.target.value)}
      />
    </fieldset>
  );
}

/** What the API takes. */
const MAX_WORDS = 2000;
