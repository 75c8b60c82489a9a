/** A clock that counts up from a moment of the server's time. */
import { useEffect, useState } from 'react';
import { wholeSeconds } from '../../locales/format.ts';

export function Elapsed({ since, clockAhead }: { since: number; clockAhead: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <span role="timer" className="elapsed">
      {wholeSeconds(now - clockAhead - since)}
    </span>
  );
}
