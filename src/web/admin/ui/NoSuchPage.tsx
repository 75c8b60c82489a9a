import { pathTo, To } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { Nothing } from './states.tsx';

export function NoSuchPage() {
  const { w } = useAdmin();
  return (
    <Nothing title={w.noSuchPage} text={w.noSuchPageText} level={1}>
      <To className="button" href={pathTo([])}>
        {w.toOverview}
      </To>
    </Nothing>
  );
}
