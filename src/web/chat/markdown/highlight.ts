/** Colours for a code block, which come after the code itself and may stay away. */

import { useEffect, useMemo, useState } from 'react';
import { useThrottled } from '../ui/useThrottled.ts';
import type { CodeLine } from './code-line.ts';
import { createLines } from './code-lines.ts';
import type { Colourer } from './shiki.ts';

/** Tokens for `code`; while it grows, those of what was there before and the rest plain. */
export function useHighlight(code: string, language: string | null): readonly CodeLine[] {
  const [toLines] = useState(createLines);
  const plain = useMemo(() => toLines(code), [toLines, code]);
  const coloured = useColoured(useThrottled(code, EVERY_MS), language);
  return useMemo(
    () => (coloured === null || !code.startsWith(coloured.code) ? plain : joined(coloured, plain)),
    [coloured, plain, code],
  );
}

interface Coloured {
  code: string;
  lines: readonly CodeLine[];
}

/** Reads on where it left off: what is finished keeps its colours. */
function useColoured(code: string, language: string | null): Coloured | null {
  const [colourer, setColourer] = useState<Colourer | null>(null);
  const [coloured, setColoured] = useState<Coloured | null>(null);

  useEffect(() => {
    if (language === null) return;
    let stale = false;
    import('./shiki.ts')
      .then(({ openColourer }) => openColourer(language))
      .then((opened) => {
        if (!stale) setColourer(opened);
      })
      // Colours are an extra: a chunk that can't be loaded leaves plain code.
      .catch(() => undefined);
    return () => {
      stale = true;
    };
  }, [language]);

  useEffect(() => {
    if (colourer !== null && code.length <= LONGEST) setColoured({ code, lines: colourer.take(code) });
  }, [colourer, code]);

  return coloured;
}

function joined(coloured: Coloured, plain: readonly CodeLine[]): readonly CodeLine[] {
  const { lines } = coloured;
  const last = lines.at(-1);
  const whole = plain[lines.length - 1]?.[0]?.text ?? '';
  const known = last?.map(({ text }) => text).join('') ?? '';
  if (last === undefined || known === whole) return [...lines, ...plain.slice(lines.length)];
  // What continues a comment is most likely comment.
  const continued = { text: whole.slice(known.length), kind: last.at(-1)?.kind ?? null };
  return [...lines.slice(0, -1), [...last, continued], ...plain.slice(lines.length)];
}

/** Often enough to look immediate while code streams in, seldom enough to cost little. */
const EVERY_MS = 200;
/** Beyond this, tokens are not worth their elements. */
const LONGEST = 50_000;
