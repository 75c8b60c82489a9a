import { useDeferredValue, useEffect, useState } from 'react';

/**
 * `text`, as much of it as has been prepared for drawing. A burst must not hold up the keyboard: it is
 * prepared in between and put on the page a piece at a time. A short text is there at once.
 */
export function useGradually(text: string): string {
  const [reach, setReach] = useState(AT_ONCE);
  const shown = useDeferredValue(text.slice(0, reach));

  useEffect(() => {
    // The next piece when this one is on the page.
    if (shown.length >= reach && reach < text.length) setReach(reach + Math.min(reach, MOST_MORE));
  }, [shown, reach, text.length]);

  return shown;
}

/** Some ten milliseconds of drawing. */
const AT_ONCE = 20_000;
/** What the browser then lays out in one go, however the text is made. */
const MOST_MORE = 100_000;
