/** What the clickable things in an answer do. A context, so that rendered blocks need not change with it. */
import { createContext } from 'react';

export interface AnswerLinks {
  /** Null: a follow-up question is not for this reader to ask. */
  ask: ((question: string) => void) | null;
  /** Where the question was asked: an application's chips lead there. */
  base: string | null;
}

export const AnswerLinksContext = createContext<AnswerLinks>({ ask: () => undefined, base: null });
