/** Every turn, newest first, through the filters that the address holds. */
import { useMemo } from 'react';
import type { TurnLine, TurnsPage } from '../../../contract/admin/turns.ts';
import { useResource } from '../data/useResource.ts';
import { count, span } from '../format.ts';
import { go, pathTo, To, useLocation } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { type Column, DataTable } from '../ui/DataTable.tsx';
import { ExportButtons } from '../ui/ExportButtons.tsx';
import { Pager } from '../ui/Pager.tsx';
import { At, Code, PersonName, StatusOf } from '../ui/small.tsx';
import { Loaded, Nothing } from '../ui/states.tsx';
import { Filters } from './Filters.tsx';
import { apiQuery, areSet, NO_FILTERS, placeOf, readFilters } from './filters.ts';
import './turns.css';

export function Turns() {
  const { w, locale } = useAdmin();
  const url = useLocation();
  const filters = readFilters(url.searchParams);
  const before = url.searchParams.get('before');
  const query = useQuery(placeOf(filters));
  const page = useResource<TurnsPage>(
    `/api/admin/turns?${query}${before === null ? '' : `&before=${encodeURIComponent(before)}`}`,
    { on: ({ type }) => type === 'turns' },
  );
  const columns = useColumns();
  return (
    <>
      <div className="page-head">
        <h1>{w.pages.turns}</h1>
        <ExportButtons path="/api/admin/turns/export" query={query} title={w.turns.exportText} />
      </div>
      <Filters filters={filters} onChange={(next) => go(placeOf(next))} />
      <Loaded from={page}>
        {({ turns, nextBefore }) => (
          <>
            {turns.length === 0 ? (
              <Nothing
                title={areSet(filters) ? w.turns.none : w.turns.empty}
                text={areSet(filters) ? w.turns.noneText : w.turns.emptyText}
              >
                {areSet(filters) && (
                  <To className="button" href={placeOf(NO_FILTERS)}>
                    {w.turns.clear}
                  </To>
                )}
              </Nothing>
            ) : (
              <DataTable caption={w.pages.turns} columns={columns} rows={turns} rowKey={({ turnId }) => turnId} />
            )}
            <Pager
              label={w.pages.turns}
              shown={turns.length > 0 && w.turns.shown(count(turns.length, locale))}
              first={before === null ? null : { href: placeOf(filters), label: w.turns.first }}
              next={nextBefore === null ? null : { href: placeOf(filters, nextBefore), label: w.turns.next }}
            />
          </>
        )}
      </Loaded>
    </>
  );
}

/** The same until the filters change: `today` must not be another time with each drawing. */
function useQuery(url: string): string {
  return useMemo(() => apiQuery(readFilters(new URL(url, location.origin).searchParams), new Date()).toString(), [url]);
}

function useColumns(): Column<TurnLine>[] {
  const { w, locale } = useAdmin();
  return [
    {
      key: 'question',
      label: w.turns.question,
      kind: 'main',
      cell: ({ turnId, question }) => (
        <To className="clip" href={pathTo(['turns', turnId])}>
          {question || w.turns.noText}
        </To>
      ),
    },
    { key: 'user', label: w.turns.user, kind: 'name', cell: ({ user }) => <PersonName user={user} /> },
    {
      key: 'status',
      label: w.turns.status,
      cell: ({ status, late, errorCode, rating }) => (
        <>
          <StatusOf status={status} late={late} />
          {errorCode !== null && status !== 'cancelled' && <Code code={errorCode} />}
          {rating !== null && <span className="under">{w.turns.rated[rating]}</span>}
        </>
      ),
    },
    { key: 'asked', label: w.turns.asked, cell: ({ startedAt }) => <At at={startedAt} /> },
    {
      key: 'duration',
      label: w.turns.duration,
      kind: 'number',
      cell: ({ durationMs }) => (durationMs === null ? null : span(durationMs, locale)),
    },
    {
      key: 'tag',
      label: w.turns.tag,
      wideOnly: true,
      cell: ({ classifierTag }) => classifierTag,
    },
    {
      key: 'tools',
      label: w.turns.tools,
      kind: 'quiet',
      wideOnly: true,
      cell: ({ usedTools }) => (usedTools.length === 0 ? null : <span className="clip">{usedTools.join(', ')}</span>),
    },
    {
      key: 'tokens',
      label: w.turns.tokens,
      kind: 'number',
      wideOnly: true,
      cell: ({ responseTokens, tokensExact }) =>
        responseTokens === null ? null : tokensExact ? (
          count(responseTokens, locale)
        ) : (
          <span title={w.turn.approximate}>
            ~{count(responseTokens, locale)}
            <span className="only-read"> {w.turn.approximate}</span>
          </span>
        ),
    },
  ];
}
