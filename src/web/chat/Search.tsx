/** Looks for words in all that was asked and answered, also where it is not loaded. */
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { HistoryPage } from '../../contract/api.ts';
import { Refusal } from '../request.ts';
import { Answer } from './Answer.tsx';
import type { Api } from './api.ts';
import './dialog.css';
import './search.css';
import { usePage } from './ui/page.ts';

export interface SearchProps {
  api: Api;
  onAsk(question: string, from: string | null): void;
  onClose(): void;
}

/** What was found by now, for which words; null before the first search. */
interface Found {
  search: string;
  page: HistoryPage;
}

export function Search({ api, onAsk, onClose }: SearchProps) {
  const { t, locale } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [found, setFound] = useState<Found | null>(null);
  const [status, setStatus] = useState('');
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);

  const look = async (search: string, before?: string) => {
    setStatus(t.searching);
    try {
      const { page } = await api.history({ search, limit: PAGE, ...(before !== undefined && { before }) });
      const turns = before === undefined ? page.turns : [...(found?.page.turns ?? []), ...page.turns];
      setFound({ search, page: { ...page, turns } });
      setStatus(turns.length === 0 ? t.foundNothing : t.found(turns.length, page.nextBefore !== null));
    } catch (error) {
      setStatus(error instanceof Refusal ? error.body.message : t.notDone);
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
                    {turn.message}
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

const PAGE = 20;
