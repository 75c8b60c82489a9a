/** A stretch of time that a list is filtered by: in the address as people read it, and as the gateway takes it. */
import type { StatsRange } from '../../../contract/admin/stats.ts';
import { daysBefore, statsRanges } from './ranges.ts';

export interface TimeFilter {
  /** `days`: from `from` to `to`, both included. */
  time: StatsRange | 'days' | '';
  /** `2026-11-22`, days of the reader's. */
  from: string;
  to: string;
}

export const ANY_TIME: TimeFilter = { time: '', from: '', to: '' };

/** What makes no sense is no filter: an address may be old. */
export function readTime(query: URLSearchParams): TimeFilter {
  const time = query.get('time')?.trim() ?? '';
  const from = dayOf(query.get('from'));
  const to = dayOf(query.get('to'));
  if (from !== '' || to !== '' || time === 'days') return { time: 'days', from, to };
  return { ...ANY_TIME, time: statsRanges.find((range) => range === time) ?? '' };
}

/** For an address of this page. */
export function timeInQuery({ time, from, to }: TimeFilter): Partial<TimeFilter> {
  return time === 'days' ? { time, from, to } : { time };
}

/** As the gateway's API takes it, in UTC milliseconds. `now` says which day is today. */
export function timeQuery({ time, from, to }: TimeFilter, now: Date): Record<string, string> {
  const [begin, end] = time === 'days' ? [midnight(from), midnight(to, 1)] : [since(time, now), null];
  return { ...(begin !== null && { from: String(begin) }), ...(end !== null && { to: String(end) }) };
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

function dayOf(given: string | null): string {
  const text = given?.trim() ?? '';
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '';
}
