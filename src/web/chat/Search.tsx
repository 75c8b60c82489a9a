/** Looks for words in all that was asked and answered, also where it is not loaded. */
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { Refusal } from '../../client/request.ts';
import type { HistoryPage } from '../../contract/api.ts';
import { questionLine } from '../../contract/question-line.ts';
import { Answer } from './Answer.tsx';
import type { Api } from './api.ts';
import './dialog.css';
import './search.css';
import { usePage } from './ui/page.ts';

export interface SearchProps {
  api: Api;
  onAsk(question: string, from: string | null): void;
  /** Shows the conversation of a turn; absent where there is only one. */
  onOpen?: ((sessionId: string) => void) | undefined;
  onClose(): void;
}

/** What was found by now, for which words; null before the first search. */
interface Found {
  search: string;
  page: HistoryPage;
}

export function Search({ api, onAsk, onOpen, onClose }: SearchProps) {
  const { t, locale } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  /** Another search, or the end of the dialog, makes those before it pointless. */
  const latest = useRef(0);
  const [found, setFound] = useState<Found | null>(null);
  const [status, setStatus] = useState('');
  const id = useId();

  useEffect(() => {
    dialog.current?.showModal();
    return () => {
      latest.current++;
    };
  }, []);

  const look = async (search: string, before?: string) => {
    const number = ++latest.current;
    const isLatest = () => number === latest.current;
    setStatus(t.searching);
    try {
      const page = await firstWithTurns(api, { search, before }, isLatest);
      if (!isLatest()) return;
      const turns = before === undefined ? page.turns : [...(found?.page.turns ?? []), ...page.turns];
      const isMore = page.nextBefore !== null;
      setFound({ search, page: { ...page, turns } });
      if (turns.length === 0) setStatus(isMore ? t.foundNothingYet : t.foundNothing);
      else setStatus(t.found(turns.length, isMore));
    } catch (error) {
      if (isLatest()) setStatus(error instanceof Refusal ? error.body.message : t.notDone);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const search = field.current?.value.trim() ?? '';
    if (search !== '') void look(search);
  };
  const askOn = (question: string, from: string | null) => {
    dialog.current?.close();
    onAsk(question, from);
  };
  const more = found?.page.nextBefore ?? null;
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

  return (
    <dialog ref={dialog} className="dialog search" aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{t.searchTitle}</h2>
      <search>
        <form className="search-form" onSubmit={submit}>
          <input
            ref={field}
            type="search"
            className="search-field"
            dir="auto"
            aria-label={t.searchField}
            maxLength={200}
          />
          <button type="submit" className="button button-main">
            {t.search}
          </button>
        </form>
      </search>
      <p role="status" className="search-status">
        {status}
      </p>
      {found !== null && (
        <ul className="search-results">
          {found.page.turns.map((turn) => (
            <li key={turn.turnId}>
              <details>
                <summary>
                  <span className="search-question" dir="auto">
                    {questionLine(turn)}
                  </span>
                  <time dateTime={new Date(turn.startedAt).toISOString()}>{day.format(turn.startedAt)}</time>
                </summary>
                {turn.response === '' ? (
                  <p>{turn.error?.message ?? t.emptyAnswer}</p>
                ) : (
                  <Answer
                    text={turn.response}
                    growing={false}
                    base={turn.pageOrigin}
                    onAsk={(question) => askOn(question, turn.pageOrigin)}
                  />
                )}
                {onOpen !== undefined && (
                  <button
                    type="button"
                    className="button search-open"
                    onClick={() => {
                      dialog.current?.close();
                      onOpen(turn.sessionId);
                    }}
                  >
                    {t.openConversation}
                  </button>
                )}
              </details>
            </li>
          ))}
        </ul>
      )}
      <div className="dialog-actions">
        {found !== null && more !== null && (
          <button type="button" className="button" onClick={() => void look(found.search, more)}>
            {t.loadEarlier}
          </button>
        )}
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          {t.close}
        </button>
      </div>
    </dialog>
  );
}

interface From {
  search: string;
  before: string | undefined;
}

/** A search that has looked through much ends its page without having found anything: then it goes on from there. */
async function firstWithTurns(api: Api, from: From, isWanted: () => boolean): Promise<HistoryPage> {
  let { before } = from;
  for (let pages = 1; ; pages++) {
    const page = await api.history({ search: from.search, limit: PAGE, ...(before !== undefined && { before }) });
    if (page.turns.length > 0 || page.nextBefore === null || pages === MOST_PAGES || !isWanted()) return page;
    before = page.nextBefore;
  }
}

// Ten thousand questions, and some seconds: who wants more says so.
const MOST_PAGES = 5;
const PAGE = 20;
