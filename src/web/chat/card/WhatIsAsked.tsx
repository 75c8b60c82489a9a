/** All that a person decides on: the tool's input field by field, or what an older host says of it. */
import type { ApprovalRequest } from '../../../contract/turn.ts';
import type { CardWords } from '../../locales/card.ts';
import { Diff } from '../Diff.tsx';
import { Icon } from '../ui/Icon.tsx';
import { ExactText } from './ExactText.tsx';
import { Fields } from './Fields.tsx';

export type Asked = Pick<ApprovalRequest, 'tool' | 'fields' | 'missing' | 'detail' | 'diff' | 'questions'>;

export function WhatIsAsked({ asked, words }: { asked: Asked; words: CardWords }) {
  const { tool, fields, missing, detail, diff, questions = [] } = asked;
  return (
    <>
      {tool !== undefined && questions.length === 0 && (
        <p className="asked-tool">
          {words.tool}:{' '}
          <code>
            <ExactText text={tool} exact line />
          </code>
          {fields !== undefined && ` · ${words.values(fields.length)}`}
        </p>
      )}
      {fields !== undefined ? (
        <Fields fields={fields} words={words} />
      ) : (
        detail !== undefined && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          <pre className="approval-detail" tabIndex={0}>
            <ExactText text={detail} exact />
          </pre>
        )
      )}
      {diff !== undefined && <Diff text={diff} />}
      {missing !== undefined && (
        <p className="asked-missing">
          <Icon name="alert" />
          <span>{words.missing(missing)}</span>
        </p>
      )}
    </>
  );
}
