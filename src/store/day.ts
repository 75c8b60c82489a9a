/** When the day began, by the clock of the machine that the gateway runs on (`TZ`). UTC milliseconds. */
export function dayStart(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}

export function nextDayStart(now: number): number {
  return new Date(now).setHours(24, 0, 0, 0);
}
