/** Keeps the newest text in view for a reader who is at the end, and leaves everybody else where they are. */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

export interface FollowEnd {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLElement | null>;
  /** Whenever this becomes another key, the reader is taken to the end: they have just asked something. */
  pull: string | null;
}

export function useFollowEnd({ scroller, content, pull }: FollowEnd) {
  const following = useRef(true);
  const [atEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    following.current = true;
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [scroller]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null || content.current === null) return;
    let lastTop = element.scrollTop;
    const onScroll = () => {
      const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      // Only going up is leaving: text that has grown since the last frame also makes a distance.
      if (near) following.current = true;
      else if (element.scrollTop < lastTop) following.current = false;
      lastTop = element.scrollTop;
      setAtEnd(near || following.current);
    };
    const observer = new ResizeObserver(() => {
      if (following.current) element.scrollTop = element.scrollHeight;
      else onScroll();
    });
    observer.observe(content.current);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller, content]);

  useEffect(() => {
    if (pull !== null) toEnd();
  }, [pull, toEnd]);

  return { atEnd, toEnd };
}

/** About two lines: nearer than this a reader means the end. */
const NEAR_PX = 48;
