/** What the list of turns is filtered by: in the address as people read it, and as the gateway takes it. */
import { type ErrorCode, isErrorCode } from '../../../contract/errors.ts';
import { type TurnStatus, turnStatuses } from '../../../contract/turn.ts';
import { ANY_TIME, readTime, type TimeFilter, timeInQuery, timeQuery } from '../data/time-filter.ts';
import { pathTo } from '../location.tsx';

export interface TurnFilters extends TimeFilter {
  userId: string;
  status: TurnStatus | 'open' | '';
  code: ErrorCode | '';
  tag: string;
  search: string;
}

export const NO_FILTERS: TurnFilters = {
  userId: '',
  status: '',
  code: '',
  tag: '',
  search: '',
  ...ANY_TIME,
};

/** What makes no sense is no filter: an address may be old. */
export function readFilters(query: URLSearchParams): TurnFilters {
  const text = (name: string) => query.get(name)?.trim() ?? '';
  const status = text('status');
  const code = text('code');
  return {
    userId: UUID.test(text('userId')) ? text('userId') : '',
    status: status === 'open' ? 'open' : (turnStatuses.find((known) => known === status) ?? ''),
    code: isErrorCode(code) ? code : '',
    tag: text('tag').slice(0, 100),
    search: text('search').slice(0, 200),
    ...readTime(query),
  };
}

export function areSet({ userId, status, code, tag, search, time }: TurnFilters): boolean {
  return [userId, status, code, tag, search, time].some((value) => value !== '');
}

/** The address of this page with these filters. */
export function placeOf(filters: TurnFilters, before: string | null = null): string {
  const { time, from, to, ...rest } = filters;
  return pathTo(['turns'], { ...rest, ...timeInQuery({ time, from, to }), before });
}

/** As the gateway's API takes them. `now` says which day is today. */
export function apiQuery({ time, from, to, ...filters }: TurnFilters, now: Date): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== '') query.set(name, value);
  for (const [name, value] of Object.entries(timeQuery({ time, from, to }, now))) query.set(name, value);
  return query;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
