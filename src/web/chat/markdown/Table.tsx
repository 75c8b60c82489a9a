/** A table that scrolls sideways by itself, also with the keyboard. */
import type { ReactNode } from 'react';
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
