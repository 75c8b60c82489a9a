/** Tab has left the frame, and comes round to its other end. */
export function focusEdge(last: boolean): void {
  edge(last)?.focus();
  const until = performance.now() + SETTLED_MS;
  const again = setInterval(() => {
    if (performance.now() > until) return clearInterval(again);
    if (document.hasFocus() && document.activeElement === document.body) edge(last)?.focus();
  }, LOOK_MS);
}

function edge(last: boolean): HTMLElement | undefined {
  const open = document.querySelector('dialog[open], :popover-open') ?? document;
  return [...open.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(isReachable).at(last ? -1 : 0);
}

function isReachable(each: HTMLElement): boolean {
  return each.tabIndex >= 0 && each.checkVisibility({ visibilityProperty: true });
}

const FOCUSABLE = 'a[href], button:not(:disabled), textarea, input, select, summary, [tabindex]:not([tabindex="-1"])';
// The frame may get the focus only after it was told so, on a busy machine much later, and then has it nowhere.
const SETTLED_MS = 2000;
const LOOK_MS = 20;
