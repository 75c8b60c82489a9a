/** What is going on right now, in words, and for how long. */
import type { ReactNode } from 'react';
import { Elapsed } from './ui/Elapsed.tsx';

export interface ProgressProps {
  words: string;
  /** Server time, UTC milliseconds. */
  since: number;
  clockAhead: number;
  /** Nothing moves while somebody else has to decide. */
  still?: boolean;
  children?: ReactNode;
}

export function Progress({ words, since, clockAhead, still = false, children }: ProgressProps) {
  return (
    <div className="progress">
      <span className={still ? 'progress-mark progress-still' : 'progress-mark'} aria-hidden="true" />
      <span className="progress-words">{words}</span>
      <Elapsed since={since} clockAhead={clockAhead} />
      {children}
    </div>
  );
}
