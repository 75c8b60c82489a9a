/** What the agent waits for: what it would do, or what it wants to know, and the buttons that decide it. */
import { useId, useLayoutEffect, useRef, useState } from 'react';
import type { ApprovalState } from '../../contract/approval-machine.ts';
import { type ApprovalRequest, DENY, type Decision } from '../../contract/turn.ts';
import type { Messages } from '../locales/en.ts';
import { AgentQuestions } from './AgentQuestions.tsx';
import './approval.css';
import { visible } from '../../contract/visible.ts';
import { ExactText } from './card/ExactText.tsx';
import { WhatIsAsked } from './card/WhatIsAsked.tsx';
import { DenyReason } from './DenyReason.tsx';
import { Icon } from './ui/Icon.tsx';
import { usePage } from './ui/page.ts';

export interface ApprovalCardProps {
  approval: ApprovalRequest;
  state: ApprovalState;
  onDecide(decision: Decision): void;
}

export function ApprovalCard({ approval, state, onDecide }: ApprovalCardProps) {
  const { t, toBox } = usePage();
  const { title, options, questions = [], missing } = approval;
  const isQuestion = approval.kind === 'question';
  const isDecided = state.at !== 'asked';
  const [explaining, setExplaining] = useState(false);
  const card = useRef<HTMLElement>(null);
  const heading = useId();

  // A card that is closed, here or elsewhere, must not take the focus with it.
  useLayoutEffect(() => {
    const element = card.current;
    return () => {
      if (element?.contains(document.activeElement)) toBox();
    };
  }, [toBox]);

  const decide = (decision: Decision) => {
    toBox();
    onDecide(decision);
  };

  return (
    <section ref={card} className="approval" aria-labelledby={heading}>
      <h3 id={heading} className="approval-title">
        <Icon name={isQuestion ? 'unsure' : 'hand'} />
        <span>{isQuestion ? t.agentAsks : t.agentWaits}</span>
      </h3>
      {questions[0]?.question !== title && (
        <p className="approval-what" dir="auto">
          <ExactText text={title} line />
        </p>
      )}
      <WhatIsAsked asked={approval} words={t.card} />
      {questions.length > 0 ? (
        <AgentQuestions
          questions={questions}
          disabled={isDecided}
          complete={missing === undefined}
          onAnswer={(answers) => decide({ option: optionFor(answers, options), answers })}
          onSkip={() => decide({ option: DENY })}
        />
      ) : explaining ? (
        <DenyReason
          disabled={isDecided}
          onDeny={(message) => decide({ option: DENY, message })}
          onBack={() => setExplaining(false)}
        />
      ) : (
        <div className="approval-actions">
          {withDeny(approval, t).map(({ id, label }, index) => (
            <button
              key={id}
              type="button"
              className={index === 0 && !isQuestion && id !== DENY ? 'button button-main' : 'button'}
              disabled={isDecided}
              onClick={() => decide({ option: id })}
            >
              {visible(label)}
            </button>
          ))}
          {!isQuestion && (
            <button
              type="button"
              className="button button-quiet"
              disabled={isDecided}
              onClick={() => setExplaining(true)}
            >
              {t.denyWhy}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

/**
 * The agent's options in the page's words where those say it better, and always one that says no. It is the only one where
 * something can't be shown: nobody allows what they have not seen.
 */
function withDeny({ kind, missing, options: offered }: ApprovalRequest, t: Messages): ApprovalRequest['options'] {
  const options = missing === undefined ? offered : [];
  if (kind === 'question') return [...options.filter(({ id }) => id !== DENY), { id: DENY, label: t.noAnswer }];
  const others = options.filter(({ id }) => id !== DENY);
  const allow = others.map(({ id, label }) => ({ id, label: others.length === 1 ? t.allowOnce : label }));
  return [...allow, { id: DENY, label: t.deny }];
}

/** The option of that name, for an agent that reads no answers; they say it in full. */
function optionFor(answers: Record<string, string>, options: ApprovalRequest['options']): string {
  const [answer] = Object.values(answers);
  return (options.find(({ label }) => label === answer) ?? options[0])?.id ?? DENY;
}
