/** Text of the agent's, in which whatever would not be seen stands as a mark that no text can imitate. */
import { Fragment } from 'react';
import { type VisibleOptions, visibleParts } from '../../../contract/visible.ts';
import './card.css';

export function ExactText({ text, ...options }: VisibleOptions & { text: string }) {
  return visibleParts(text, options).map((part, index) =>
    part.mark ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name, and never change
      <span key={index} className="asked-mark">
        {part.text}
      </span>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the same
      <Fragment key={index}>{part.text}</Fragment>
    ),
  );
}
