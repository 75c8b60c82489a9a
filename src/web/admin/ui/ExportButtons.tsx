/** What the filters let through, as a file. */
import { useAction } from '../data/useAction.ts';
import { useAdmin } from '../page.ts';
import { Problem } from './states.tsx';

export function ExportButtons({ path, query, title }: { path: string; query: string; title?: string }) {
  const { w } = useAdmin();
  const { busy, problem, save } = useAction();
  return (
    <>
      <p className="export" title={title}>
        <span>{w.turns.export}</span>
        {(['csv', 'json'] as const).map((format) => (
          <button
            key={format}
            type="button"
            className="as-link"
            disabled={busy}
            aria-label={w.turns.exportAs(format.toUpperCase())}
            onClick={() => save(`${path}?${query === '' ? '' : `${query}&`}format=${format}`)}
          >
            {format.toUpperCase()}
          </button>
        ))}
      </p>
      <Problem text={problem} />
    </>
  );
}
