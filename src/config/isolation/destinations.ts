/**
 * The list of hosts that a sandboxed agent may reach: names, with `*.` for all names below, each with or without a
 * port.
 */

export function destinationsIn(list: string | undefined): string[] {
  return (list ?? '').split(/[,\s]+/).filter((one) => one !== '');
}

/** The invalid entries. */
export function badDestinations(list: string): string[] {
  return destinationsIn(list).filter((one) => !DESTINATION.test(one));
}

const DESTINATION = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/i;
