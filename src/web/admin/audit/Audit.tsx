/** Who did what, row by row, and whether the log is whole. */

import { useMemo } from 'react';
import type { AuditAction, AuditPage, AuditRow } from '../../../contract/admin/audit.ts';
import { readTime, type TimeFilter, timeInQuery, timeQuery } from '../data/time-filter.ts';
import { useResource } from '../data/useResource.ts';
import { count, exactly } from '../format.ts';
import { go, pathTo, To, useLocation } from '../location.tsx';
import { useAdmin } from '../page.ts';
import { type Column, DataTable } from '../ui/DataTable.tsx';
import { ExportButtons } from '../ui/ExportButtons.tsx';
import { Select } from '../ui/Field.tsx';
import { Pager } from '../ui/Pager.tsx';
import { PersonField, useChoices } from '../ui/PersonField.tsx';
import { Loaded, Nothing } from '../ui/states.tsx';
import { TimeFields } from '../ui/TimeFields.tsx';
import './audit.css';
import { Chain } from './Chain.tsx';

export function Audit() {
  const { w } = useAdmin();
  const query = useLocation().searchParams;
  const actions = Object.keys(w.audit.actions) as AuditAction[];
  const action = actions.find((known) => known === query.get('action')) ?? '';
  const userId = query.get('userId') ?? '';
  const turnId = query.get('turnId') ?? '';
  const before = query.get('before');
  const time = readTime(query);
  const filters = { action, userId, turnId, ...timeInQuery(time) };
  const isFiltered = Object.values(filters).some((value) => value !== '');
  // The same until the filters change: `today` must not be another time with each drawing.
  const stretch = useTimeQuery(time);
  const asked = new URLSearchParams({ ...withoutEmpty({ action, userId, turnId }), ...stretch });
  const page = useResource<AuditPage>(
    `/api/admin/audit?${asked}${before === null ? '' : `&before=${encodeURIComponent(before)}`}`,
    { on: ({ type }) => type === 'audit' },
  );
  const choices = useChoices(userId);
  const columns = useColumns();
  const show = (next: Partial<typeof filters>) => go(pathTo(['audit'], { ...filters, ...next }));
  return (
    <>
      <div className="page-head">
        <h1>{w.pages.audit}</h1>
        <ExportButtons path="/api/admin/audit/export" query={asked.toString()} />
      </div>
      <Chain />
      <search className="filters" aria-label={w.turns.filters}>
        <Select
          label={w.audit.action}
          any={w.audit.anyAction}
          value={action}
          options={actions.map((value) => ({ value, label: w.audit.actions[value] }))}
          onChange={(next) => show({ action: next })}
        />
        <PersonField
          label={w.audit.user}
          any={w.audit.anyone}
          value={userId}
          choices={choices.data}
          onChange={(next) => show({ userId: next })}
        />
        <TimeFields value={time} onChange={(next) => show({ time: '', from: '', to: '', ...timeInQuery(next) })} />
        {turnId !== '' && (
          <p className="filters-turn">
            <To href={pathTo(['turns', turnId])}>{w.audit.ofTurn(turnId.slice(0, 8))}</To>
          </p>
        )}
        {isFiltered && (
          <To className="button button-quiet filters-clear" href={pathTo(['audit'])}>
            {w.turns.clear}
          </To>
        )}
      </search>
      <Loaded from={page}>
        {({ rows, nextBefore }) => (
          <>
            {rows.length === 0 ? (
              <Nothing title={w.audit.empty} {...(isFiltered && { text: w.audit.emptyText })} />
            ) : (
              <DataTable caption={w.pages.audit} columns={columns} rows={rows} rowKey={({ seq }) => String(seq)} />
            )}
            <Pager
              label={w.pages.audit}
              first={before === null ? null : { href: pathTo(['audit'], filters), label: w.turns.first }}
              next={
                nextBefore === null
                  ? null
                  : { href: pathTo(['audit'], { ...filters, before: String(nextBefore) }), label: w.turns.next }
              }
            />
          </>
        )}
      </Loaded>
    </>
  );
}

function useTimeQuery({ time, from, to }: TimeFilter): Record<string, string> {
  return useMemo(() => timeQuery({ time, from, to }, new Date()), [time, from, to]);
}

function withoutEmpty(filters: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
}

/** Times by the clock, numbers by the locale, all else as it is. */
function detailText(name: string, value: unknown, locale: string): string {
  if (typeof value !== 'number') return String(value);
  return TIMES.has(name) ? exactly(value, locale) : count(value, locale);
}

const TIMES: ReadonlySet<string> = new Set(['from', 'to', 'before']);

function useColumns(): Column<AuditRow>[] {
  const { w, locale } = useAdmin();
  const actors: Record<string, string> = w.audit.actors;
  return [
    {
      key: 'seq',
      wideOnly: true,
      label: w.audit.number,
      kind: 'number',
      cell: ({ seq }) => <span className="quiet">{count(seq, locale)}</span>,
    },
    {
      key: 'action',
      label: w.audit.action,
      kind: 'main',
      cell: ({ action, turnId }) =>
        turnId === null ? w.audit.actions[action] : <To href={pathTo(['turns', turnId])}>{w.audit.actions[action]}</To>,
    },
    {
      key: 'at',
      label: w.audit.at,
      cell: ({ at }) => <time dateTime={new Date(at).toISOString()}>{exactly(at, locale)}</time>,
    },
    {
      key: 'actor',
      label: w.audit.actor,
      kind: 'name',
      cell: ({ actor }) => actor.name || (actors[actor.id] ?? <span className="quiet">{w.noOne}</span>),
    },
    {
      key: 'subject',
      label: w.audit.subject,
      kind: 'name',
      cell: ({ subject, actor }) => (subject === null || subject.id === actor.id ? null : subject.name || w.noOne),
    },
    {
      key: 'detail',
      label: w.audit.detail,
      kind: 'wide',
      cell: ({ detail }) => {
        const known = Object.entries(detail).filter(([, value]) => value !== null && value !== false);
        return known.length === 0 ? null : (
          <span className="pairs">
            {known.map(([name, value]) => (
              <span key={name}>
                {name} <b>{detailText(name, value, locale)}</b>
              </span>
            ))}
          </span>
        );
      },
    },
    {
      key: 'hash',
      wideOnly: true,
      label: w.audit.hash,
      kind: 'quiet',
      cell: ({ hash }) => <code title={hash}>{hash.slice(0, 8)}</code>,
    },
  ];
}
