/** What the filters let through, as a file. A plain link: the browser saves what comes. */
import { useAdmin } from '../page.ts';

export function ExportLinks({ path, query, title }: { path: string; query: string; title?: string }) {
  const { w } = useAdmin();
  return (
    <p className="export" title={title}>
      <span>{w.turns.export}</span>
      {(['csv', 'json'] as const).map((format) => (
        <a
          key={format}
          href={`${path}?${query === '' ? '' : `${query}&`}format=${format}`}
          download
          aria-label={w.turns.exportAs(format.toUpperCase())}
        >
          {format.toUpperCase()}
        </a>
      ))}
    </p>
  );
}
