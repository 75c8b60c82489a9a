/** Numbers and times as the reader's locale writes them, for tables and plots. */
import { duration } from '../locales/format.ts';

export { count } from '../locales/format.ts';

/** `< 1 ms`, `420 ms`, `8.4 s`, `2 min 5 s`; a dash where nothing was measured. */
export function span(ms: number | null, locale: string): string {
  if (ms === null) return '–';
  if (ms < 0.5) return '<\u00a01\u00a0ms';
  return ms < 1000 ? `${number(Math.round(ms), locale)}\u00a0ms` : duration(ms, locale);
}

/** For the scale of a plot, where room is short: `420 ms`, `8 s`, `1.5 min`. */
export function scaleSpan(ms: number, locale: string): string {
  if (ms === 0) return '0';
  if (ms < 1000) return `${number(ms, locale)}\u00a0ms`;
  if (ms < 60_000) return `${number(ms / 1000, locale)}\u00a0s`;
  return `${number(Math.round(ms / 6000) / 10, locale)}\u00a0min`;
}

export function percent(share: number | null, locale: string): string {
  if (share === null) return '–';
  // 99.96 % must not read as all.
  const digits = share > 0.995 && share < 1 ? 2 : share === 1 || share === 0 ? 0 : 1;
  const cut = share < 1 ? Math.min(share, 0.9999) : share;
  return new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(cut);
}

/** `95%` or `95 %`: a share that is a whole number of percents, as part of a name. */
export function wholePercent(share: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** `12 Nov`, and the hour where a bucket is shorter than a day. */
export function bucketName(from: number, bucketMs: number, locale: string): string {
  const options: Intl.DateTimeFormatOptions =
    bucketMs >= DAY_MS
      ? { day: 'numeric', month: 'short' }
      : bucketMs > HOUR_MS
        ? { weekday: 'short', hour: 'numeric', minute: '2-digit' }
        : { hour: 'numeric', minute: '2-digit' };
  return new Intl.DateTimeFormat(locale, options).format(from);
}

/** The time of day, with the day where it was another one, and the year where that was another. */
export function moment(at: number, now: number, locale: string): string {
  const [then, today] = [new Date(at), new Date(now)];
  const time = { hour: 'numeric', minute: '2-digit' } as const;
  if (then.toDateString() === today.toDateString()) return new Intl.DateTimeFormat(locale, time).format(at);
  const year = then.getFullYear() === today.getFullYear() ? undefined : ('numeric' as const);
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year, ...time }).format(at);
}

/** Date and time to the second: what is compared with a log. */
export function exactly(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** `3 minutes ago`, in the largest unit that fits. */
export function ago(at: number, now: number, locale: string): string {
  const seconds = Math.min(0, Math.round((at - now) / 1000));
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  const [unit, size] = UNITS.find(([, size]) => -seconds >= size) ?? ['second', 1];
  return format.format(Math.ceil(seconds / size), unit);
}

function number(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value);
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
