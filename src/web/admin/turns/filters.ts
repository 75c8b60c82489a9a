/** What the list of turns is filtered by: in the address as people read it, and as the gateway takes it. */
import type { StatsRange } from '../../../contract/admin.ts';
import { type ErrorCode, isErrorCode } from '../../../contract/errors.ts';
import { type TurnStatus, turnStatuses } from '../../../contract/turn.ts';
import { daysBefore, statsRanges } from '../data/ranges.ts';
import { pathTo } from '../place.tsx';

export interface TurnFilters {
  userId: string;
  status: TurnStatus | 'open' | '';
  code: ErrorCode | '';
  tag: string;
  search: string;
  /** `days`: from `from` to `to`, both included. */
  time: StatsRange | 'days' | '';
  /** `2026-11-22`, days of the reader's. */
  from: string;
  to: string;
}

export const NO_FILTERS: TurnFilters = {
  ...{ userId: '', status: '', code: '', tag: '', search: '', time: '', from: '', to: '' },
};

/** What makes no sense is no filter: an address may be old. */
export function readFilters(query: URLSearchParams): TurnFilters {
  const text = (name: string) => query.get(name)?.trim() ?? '';
  const status = text('status');
  const code = text('code');
  const time = text('time');
  const from = dayOf(text('from'));
  const to = dayOf(text('to'));
  return {
    userId: UUID.test(text('userId')) ? text('userId') : '',
    status: status === 'open' ? 'open' : (turnStatuses.find((known) => known === status) ?? ''),
    code: isErrorCode(code) ? code : '',
    tag: text('tag').slice(0, 100),
    search: text('search').slice(0, 200),
    time:
      from !== '' || to !== '' ? 'days' : time === 'days' ? time : (statsRanges.find((range) => range === time) ?? ''),
    from,
    to,
  };
}

export function areSet({ userId, status, code, tag, search, time }: TurnFilters): boolean {
  return [userId, status, code, tag, search, time].some((value) => value !== '');
}

/** The address of this page with these filters. */
export function placeOf(filters: TurnFilters, before: string | null = null): string {
  const { time, from, to, ...rest } = filters;
  return pathTo(['turns'], { ...rest, ...(time === 'days' ? { time, from, to } : { time }), before });
}

/** As the gateway's API takes them. `now` says which day is today. */
export function apiQuery({ time, from, to, ...filters }: TurnFilters, now: Date): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== '') query.set(name, value);
  const [begin, end] = time === 'days' ? [midnight(from), midnight(to, 1)] : [since(time, now), null];
  if (begin !== null) query.set('from', String(begin));
  if (end !== null) query.set('to', String(end));
  return query;
}

/** Whole days of the reader's, of which the last is today: as the figures count them. */
function since(time: StatsRange | '', now: Date): number | null {
  if (time === '') return null;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysBefore[time]).getTime();
}

function midnight(day: string, later = 0): number | null {
  const [year, month, date] = day.split('-').map(Number);
  if (year === undefined || month === undefined || date === undefined) return null;
  return new Date(year, month - 1, date + later).getTime();
}

function dayOf(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '';
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
