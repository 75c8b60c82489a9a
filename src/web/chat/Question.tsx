/** What was asked, when, and where. A long one is folded. */
import { useState } from 'react';
import type { Attachment } from '../../contract/attachment.ts';
import { questionLine } from '../../contract/question-line.ts';
import { moment } from '../locales/format.ts';
import { FileList } from './files/FileList.tsx';
import { usePage } from './ui/page.ts';

export interface QuestionProps {
  text: string;
  pageOrigin: string | null;
  files: readonly Attachment[];
  /** UTC milliseconds. */
  askedAt: number;
}

export function Question({ text, pageOrigin, files, askedAt }: QuestionProps) {
  const { t, locale, announce } = usePage();
  const [open, setOpen] = useState(false);
  const isLong = text.length > FOLD_LENGTH || text.split('\n', FOLD_LINES + 1).length > FOLD_LINES;
  return (
    <header className="question">
      {text === '' ? (
        <h2 className="only-read">{questionLine({ message: text, attachments: files })}</h2>
      ) : (
        <h2 dir="auto" className={isLong && !open ? 'question-text question-folded' : 'question-text'}>
          {isLong && !open ? text.slice(0, FOLD_LENGTH) : text}
        </h2>
      )}
      {isLong && (
        <button type="button" className="button button-quiet question-fold" onClick={() => setOpen(!open)}>
          {open ? t.showLess : t.showAll}
        </button>
      )}
      <FileList files={files} locale={locale} words={t} announce={announce} />
      <p className="question-meta">
        <time dateTime={new Date(askedAt).toISOString()}>{moment(askedAt, Date.now(), locale)}</time>
        {pageOrigin !== null && <span className="question-page">{t.askedFrom(pageOrigin)}</span>}
      </p>
    </header>
  );
}

const FOLD_LENGTH = 600;
const FOLD_LINES = 8;
