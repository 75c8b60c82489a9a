/** The page's quiet voice: what happens, for those who do not see it; a lost connection for all. */
import { useEffect, useRef, useState } from 'react';
import type { ChatState } from './state.ts';
import { usePage } from './ui/page.ts';
import { outcomeWords, presentWords } from './words.ts';

export function StatusLine({ state, said }: { state: ChatState; said: string }) {
  const { t } = usePage();
  const present = presentWords(state, t);
  const outcome = present === null ? outcomeWords(state, t) : null;
  const isNews = useRef(false);
  const [words, setWords] = useState('');

  useEffect(() => {
    if (present !== null) setWords(present);
    else if (isNews.current) setWords(outcome ?? '');
    // How turns ended that were over before this page was opened is none; what comes from now on is, late answers too.
    isNews.current = state.loaded || present !== null;
  }, [present, outcome, state.loaded]);
  useEffect(() => setWords(said), [said]);

  const isLost = state.connection === 'lost';
  return (
    <>
      <p role="status" className={isLost ? 'status' : 'status only-read'}>
        {isLost ? t.reconnecting : words}
      </p>
      {state.connection === 'polled' && <p className="status">{t.polled}</p>}
    </>
  );
}
