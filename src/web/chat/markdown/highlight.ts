/** Colours for a code block, which come after the code itself and may stay away. */

import { useEffect, useState } from 'react';
import { useThrottled } from '../ui/useThrottled.ts';
import type { CodeLine } from './code-line.ts';

/** Tokens for `code`; while it grows, those of what was there before and the rest plain. */
export function useHighlight(code: string, language: string | null): readonly CodeLine[] {
  const settled = useThrottled(code, EVERY_MS);
  const [coloured, setColoured] = useState<{ code: string; lines: CodeLine[] } | null>(null);

  useEffect(() => {
    if (language === null || settled.length > LONGEST) return;
    let stale = false;
    import('./shiki.ts')
      .then(({ tokenize }) => tokenize(settled, language))
      .then((lines) => {
        if (!stale && lines !== null) setColoured({ code: settled, lines });
      })
      // Colours are an extra: a chunk that can't be loaded leaves plain code.
      .catch(() => undefined);
    return () => {
      stale = true;
    };
  }, [settled, language]);

  if (coloured === null || !code.startsWith(coloured.code)) return plain(code);
  return joined(coloured.lines, code.slice(coloured.code.length));
}

function plain(code: string): CodeLine[] {
  return code.split('\n').map((text) => [{ text, kind: null }]);
}

function joined(lines: CodeLine[], rest: string): readonly CodeLine[] {
  if (rest === '') return lines;
  const [first = '', ...more] = rest.split('\n');
  const last = lines.at(-1) ?? [];
  // What continues a comment is most likely comment.
  const continued = { text: first, kind: last.at(-1)?.kind ?? null };
  return [...lines.slice(0, -1), [...last, continued], ...plain(more.join('\n')).slice(0, more.length)];
}

/** Often enough to look immediate while code streams in, seldom enough to cost little. */
const EVERY_MS = 200;
/** Beyond this, tokens are neither quick nor worth their elements. */
const LONGEST = 50_000;
