/** The start of the day, in the time zone of the gateway's machine (`TZ`). UTC milliseconds. */
export function dayStart(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}

export function nextDayStart(now: number): number {
  return new Date(now).setHours(24, 0, 0, 0);
}
