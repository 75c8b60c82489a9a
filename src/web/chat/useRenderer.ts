/** When to load what renders answers: it is a third of the code, and the first look does not need it. */
import { useEffect } from 'react';
import { loadRenderer } from './Answer.tsx';

/** At once when there is something to answer or to read, else a while after the box is there. */
export function useRenderer(needed: boolean): void {
  useEffect(() => {
    if (needed) return void loadRenderer();
    // Not only when it is needed: a gateway that is updated meanwhile no longer has this page's files.
    const timer = setTimeout(loadRenderer, AFTER_MS);
    return () => clearTimeout(timer);
  }, [needed]);
}

const AFTER_MS = 3000;
