/** When older turns appear above, what was being read stays where it is. */
import { type RefObject, useLayoutEffect, useRef } from 'react';

export interface KeepScroll {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLElement | null>;
  /** The `data-turn` of the turn that comes first. */
  first: string | undefined;
}

export function useKeepScroll({ scroller, content, first }: KeepScroll): void {
  const before = useRef<{ id: string; top: number } | null>(null);

  useLayoutEffect(() => {
    const topOf = (id: string) => content.current?.querySelector<HTMLElement>(`[data-turn="${id}"]`)?.offsetTop;
    const last = before.current;
    if (last !== null && last.id !== first && scroller.current !== null) {
      scroller.current.scrollTop += (topOf(last.id) ?? last.top) - last.top;
    }
    before.current = first === undefined ? null : { id: first, top: topOf(first) ?? 0 };
  });
}
