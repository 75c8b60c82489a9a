/** What the agent asks: each question with its options, and room for an answer of one's own. */
import { type FormEvent, useId, useState } from 'react';
import type { AgentQuestion } from '../../contract/turn.ts';
import { ExactText } from './card/ExactText.tsx';
import { usePage } from './ui/page.ts';

export interface AgentQuestionsProps {
  questions: readonly AgentQuestion[];
  disabled: boolean;
  /** All of it is here. Otherwise nothing can be answered. */
  complete: boolean;
  onAnswer(answers: Record<string, string>): void;
  /** The agent is to go on without. */
  onSkip(): void;
}

interface Chosen {
  options: readonly string[];
  own: string;
}

export function AgentQuestions({ questions, disabled, complete, onAnswer, onSkip }: AgentQuestionsProps) {
  const { t } = usePage();
  const [chosen, setChosen] = useState<readonly Chosen[]>(() => questions.map(() => NOTHING));
  const answers = questions.map((_, index) => toAnswer(chosen[index] ?? NOTHING));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onAnswer(Object.fromEntries(questions.map(({ question }, index) => [question, answers[index] ?? ''])));
  };
  return (
    <form className="approval-questions" onSubmit={onSubmit}>
      {questions.map((asked, index) => (
        <OneQuestion
          key={asked.question}
          asked={asked}
          chosen={chosen[index] ?? NOTHING}
          readOnly={!complete}
          onChange={(now) => setChosen((before) => before.with(index, now))}
        />
      ))}
      <div className="approval-actions">
        {complete && (
          <button type="submit" className="button button-main" disabled={disabled || answers.includes('')}>
            {t.answer}
          </button>
        )}
        <button type="button" className="button button-quiet" disabled={disabled} onClick={onSkip}>
          {t.noAnswer}
        </button>
      </div>
    </form>
  );
}

function OneQuestion(props: {
  asked: AgentQuestion;
  chosen: Chosen;
  readOnly: boolean;
  onChange(chosen: Chosen): void;
}) {
  const { t } = usePage();
  const { question, header, options, several } = props.asked;
  const { chosen, readOnly, onChange } = props;
  const name = useId();
  const choose = (label: string, on: boolean) => {
    if (!several) return onChange({ options: [label], own: '' });
    const others = chosen.options.filter((option) => option !== label);
    onChange({ ...chosen, options: on ? [...others, label] : others });
  };
  return (
    <fieldset className="approval-question" disabled={readOnly}>
      <legend dir="auto">
        {header !== undefined && (
          <span className="approval-header">
            <ExactText text={header} line />
          </span>
        )}
        <ExactText text={question} />
      </legend>
      {options.map(({ label, description, preview }) => (
        <label key={label} className="approval-option">
          <input
            type={several ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.options.includes(label)}
            onChange={(event) => choose(label, event.target.checked)}
          />
          <span dir="auto">
            <ExactText text={label} line />
            {description !== undefined && (
              <small>
                <ExactText text={description} />
              </small>
            )}
            {preview !== undefined && (
              <pre className="approval-detail">
                <ExactText text={preview} />
              </pre>
            )}
          </span>
        </label>
      ))}
      {!readOnly && (
        <input
          type="text"
          className="approval-own"
          dir="auto"
          aria-label={options.length > 0 ? t.ownAnswer : t.answer}
          placeholder={options.length > 0 ? t.ownAnswer : undefined}
          maxLength={MAX_WORDS}
          value={chosen.own}
          onChange={({ target }) => onChange({ options: several ? chosen.options : [], own: target.value })}
        />
      )}
    </fieldset>
  );
}

function toAnswer({ options, own }: Chosen): string {
  return [...options, own.trim()]
    .filter((one) => one !== '')
    .join(', ')
    .slice(0, MAX_ANSWER);
}

const NOTHING: Chosen = { options: [], own: '' };
/** What the API takes for one question, and what of it a person may write. */
const MAX_ANSWER = 2000;
const MAX_WORDS = 1000;
