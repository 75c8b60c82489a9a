/** Where in the dashboard the reader is: the address says it, all of it. */
import { type AnchorHTMLAttributes, type MouseEvent, type ReactNode, useSyncExternalStore } from 'react';

const ROOT = '/admin';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** The address, path and query, as it is now. */
export function useLocation(): URL {
  const href = useSyncExternalStore(subscribe, () => location.href);
  return new URL(href);
}

/** Goes to another place without loading the page again. */
export function go(href: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  for (const listener of [...listeners]) listener();
}

/** The parts of the path below `/admin`, decoded. */
export function partsOf({ pathname }: Pick<URL, 'pathname'>): string[] {
  return pathname
    .slice(ROOT.length)
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
}

/** A path below `/admin`, with what is set of the query. */
export function pathTo(parts: readonly string[], query: Record<string, string | null | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const path = [ROOT, ...parts.map(encodeURIComponent)].join('/');
  return search.size === 0 ? path : `${path}?${search}`;
}

/** A link to a place in the dashboard. With a modifier key, or in another tab, it is what every link is. */
export function To({ href, children, ...rest }: { href: string; children: ReactNode } & Omit<Anchor, 'onClick'>) {
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  };
  return (
    <a href={href} onClick={onClick} {...rest}>
      {children}
    </a>
  );
}

type Anchor = AnchorHTMLAttributes<HTMLAnchorElement>;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
