/** Tab has left the frame, and comes round to its other end. */
export function focusEdge(last: boolean): void {
  const open = document.querySelector('dialog[open], :popover-open') ?? document;
  const all = [...open.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (each) => each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true }),
  );
  all.at(last ? -1 : 0)?.focus();
}

const FOCUSABLE = 'a[href], button:not(:disabled), textarea, input, select, summary, [tabindex]:not([tabindex="-1"])';
