import { useEffect, useRef, useState } from 'react';

/** `value`, but following it at most once every `ms`; the last one always arrives. */
export function useThrottled<T>(value: T, ms: number): T {
  const [shown, setShown] = useState(value);
  const shownAt = useRef(0);

  useEffect(() => {
    const show = () => {
      shownAt.current = performance.now();
      setShown(value);
    };
    const timer = window.setTimeout(show, Math.max(0, shownAt.current + ms - performance.now()));
    return () => window.clearTimeout(timer);
  }, [value, ms]);

  return shown;
}
