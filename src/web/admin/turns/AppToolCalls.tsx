/** What the agent did in the application, with the rights of the person who asked. */
import type { TurnInFull } from '../../../contract/admin/turn.ts';
import { visible } from '../../../contract/visible.ts';
import { count, span } from '../format.ts';
import { useAdmin } from '../page.ts';

export function AppToolCalls({ calls }: { calls: TurnInFull['toolCalls'] }) {
  const { w, locale } = useAdmin();
  if (calls.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="app-tools">
      <h2 id="app-tools">{w.turn.appTools}</h2>
      <ul className="tools app-tools">
        {calls.map(({ callId, tool, outcome, durationMs, resultBytes, detail, ...call }) => (
          <li key={callId}>
            <code>{visible(tool, { line: true })}</code>
            <span className="tools-more">{w.turn.appToolOutcomes[outcome]}</span>
            <span className="tools-count">
              {resultBytes !== null && w.turn.appToolSize(count(resultBytes, locale))}
            </span>
            <span className="tools-time">{span(durationMs, locale)}</span>
            {detail !== null && <p className="app-tool-why">{visible(detail)}</p>}
            <details className="app-tool-given">
              <summary>{w.turn.appToolArguments}</summary>
              <pre className="raw">{visible(indented(call.arguments))}</pre>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
