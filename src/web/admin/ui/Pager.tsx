/** The ways from one page of a list to the first and to the next. */
import { To } from '../location.tsx';

export interface PagerProps {
  label: string;
  /** How many are shown, in words. */
  shown?: string | false;
  /** Null on the first page. */
  first: { href: string; label: string } | null;
  /** Null on the last page. */
  next: { href: string; label: string } | null;
}

export function Pager({ label, shown = false, first, next }: PagerProps) {
  return (
    <nav className="pager" aria-label={label}>
      {shown !== false && <span className="quiet">{shown}</span>}
      {[first, next].map(
        (way) =>
          way && (
            <To key={way.label} className="button" href={way.href}>
              {way.label}
            </To>
          ),
      )}
    </nav>
  );
}
