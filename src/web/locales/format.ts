/** Numbers, times and sizes as the reader's locale writes them. */

/** `0.8 s`, `12.4 s`, `2 min 5 s` */
export function duration(ms: number, locale: string): string {
  const tenths = Math.round(Math.max(0, ms) / 100);
  return tenths < 600 ? `${fixed(tenths / 10, 1, locale)}\u00a0s` : wholeSeconds(tenths * 100);
}

/** `12 s`, `2 min 5 s`: for a clock that ticks. Nothing in the first second: no time has passed that is worth a word. */
export function wholeSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds === 0) return '';
  if (seconds < 60) return `${seconds}\u00a0s`;
  return `${Math.floor(seconds / 60)}\u00a0min ${seconds % 60}\u00a0s`;
}

/** The time of day, with the date where it was another day. */
export function moment(at: number, now: number, locale: string): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(
    locale,
    sameDay ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
  ).format(at);
}

/** In kB as the server's messages count them: 1024 bytes. Less than one is shown in bytes. */
export function kilobytes(bytes: number, locale: string): string {
  if (bytes < 1024) return `${count(bytes, locale)}\u00a0B`;
  return `${count(Math.round(bytes / 102.4) / 10, locale)}\u00a0kB`;
}

export function count(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

function fixed(value: number, digits: number, locale: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}
