/** The list of hosts that a sandboxed agent may reach: names, `*.` before one for all below it, each with a port or without. */

export function destinationsIn(list: string | undefined): string[] {
  return (list ?? '').split(/[,\s]+/).filter((one) => one !== '');
}

/** Those that are none. */
export function badDestinations(list: string): string[] {
  return destinationsIn(list).filter((one) => !DESTINATION.test(one));
}

const DESTINATION = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/i;
