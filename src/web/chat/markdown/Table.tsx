/** A table that scrolls sideways by itself, also with the keyboard. */
import type { ComponentProps, ReactNode } from 'react';
import type { ExtraProps } from 'react-markdown';
import { usePage } from '../ui/page.ts';

export function Table({ dir, children }: { dir?: string | undefined; children?: ReactNode }) {
  const { t } = usePage();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups form fields, and there are none
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="table-frame" role="group" aria-label={t.table} tabIndex={0} dir={dir}>
      <table>{children}</table>
    </div>
  );
}

/** One short word, such as a day, is read whole: a browser would break `2026-11-18` at its hyphens. */
export function Cell({ node: _, ...cell }: ComponentProps<'td'> & ExtraProps) {
  const isWord = typeof cell.children === 'string' && /^\S{1,16}$/.test(cell.children);
  return <td {...cell} className={isWord ? 'cell-word' : undefined} />;
}
