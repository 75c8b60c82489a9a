/** The tools of a turn, with counts and times where somebody counted, and whether the answer tells of them. */
import type { TurnInFull } from '../../../contract/admin/turn.ts';
import { visible } from '../../../contract/visible.ts';
import { count, span } from '../format.ts';
import { useAdmin } from '../page.ts';
import { toolClaims } from './tool-claims.ts';

export function Tools({ turn }: { turn: Pick<TurnInFull, 'tools' | 'usedTools' | 'toolCalls'> }) {
  const { w, locale } = useAdmin();
  const all = toolClaims(turn);
  const counted = turn.tools !== null;
  // The calls of the application's tools were counted, and stand above.
  const elsewhere = turn.toolCalls.length > 0;
  if (!counted && all.length === 0 && elsewhere) return null;
  return (
    <section className="panel" aria-labelledby="tools">
      <h2 id="tools">{w.turn.tools}</h2>
      {all.length === 0 ? (
        <p className="quiet">{w.turn.noTools}</p>
      ) : (
        <ul className="tools">
          {all.map(({ name, seen, claimed }) => (
            <li key={name}>
              <code>{visible(name)}</code>
              <span className="tools-more">
                {counted && (seen === null ? w.turn.notSeen : claimed ? w.turn.seenAndClaimed : null)}
              </span>
              <span className="tools-count">{seen !== null && w.turn.times(count(seen.count, locale))}</span>
              <span className="tools-time">{seen !== null && span(seen.ms, locale)}</span>
            </li>
          ))}
        </ul>
      )}
      {!counted && all.length > 0 && !elsewhere && <p className="note-small">{w.turn.notCounted}</p>}
    </section>
  );
}
