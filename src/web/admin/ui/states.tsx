/** What is shown where there is nothing to show: not yet, not now, not at all. */
import type { ReactNode } from 'react';
import { Fallback } from '../../chat/ui/Fallback.tsx';
import { Icon } from '../../chat/ui/Icon.tsx';
import { problemWords } from '../data/useAction.ts';
import type { Resource } from '../data/useResource.ts';
import { useAdmin } from '../page.ts';

/** Appears only when it takes longer than a blink. */
export function Loading() {
  const { w } = useAdmin();
  return (
    <p className="loading" role="status">
      {w.loading}
    </p>
  );
}

export interface NothingProps {
  title: string;
  text?: string;
  level?: 1 | 2;
  children?: ReactNode;
}

export function Nothing({ title, text, level = 2, children }: NothingProps) {
  const Heading = `h${level}` as const;
  return (
    <div className="nothing">
      <Heading>{title}</Heading>
      {text !== undefined && <p>{text}</p>}
      {children}
    </div>
  );
}

/** The data where there is any, with a word where it is old; else why there is none. */
export function Loaded<T>({ from, children }: { from: Resource<T>; children: (data: T) => ReactNode }) {
  const { w } = useAdmin();
  const { data, error, stale, reload } = from;
  if (data === null) return error === null || stale ? <Loading /> : <Failed error={error} onAgain={reload} />;
  return (
    <div className={stale ? 'loaded loaded-stale' : 'loaded'} aria-busy={stale}>
      {error !== null && !stale && (
        <p className="notice notice-wait" role="status">
          <Icon name="clock" />
          <span>{w.older}</span>
          <button type="button" className="button" onClick={reload}>
            {w.again}
          </button>
        </p>
      )}
      {children(data)}
    </div>
  );
}

function Failed({ error, onAgain }: { error: unknown; onAgain(): void }) {
  const { w } = useAdmin();
  return (
    <div className="notice notice-bad" role="alert">
      <Icon name="alert" />
      <span>
        <strong>{w.failedToLoad}</strong> {problemWords(error, w.unreachable)}
      </span>
      <button type="button" className="button" onClick={onAgain}>
        {w.again}
      </button>
    </div>
  );
}

export function Problem({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p className="notice notice-bad" role="alert">
      <Icon name="alert" />
      <span>{text}</span>
    </p>
  );
}

/** A part that can't be drawn says so, and leaves the way to the others. */
export function Boundary({ children }: { children: ReactNode }) {
  return <Fallback with={<Crashed />}>{children}</Fallback>;
}

function Crashed() {
  const { w } = useAdmin();
  return (
    <Nothing title={w.crashed}>
      <button type="button" className="button" onClick={() => location.reload()}>
        {w.again}
      </button>
    </Nothing>
  );
}
