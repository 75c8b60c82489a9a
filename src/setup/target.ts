/** A host as a person writes it: `USER@HOST[:PORT]`. */

import { ConfigError } from '../config/load.ts';
import { HOST_PATTERN, USER_PATTERN } from '../contract/names.ts';

export interface GivenTarget {
  user: string;
  /** A name, an address, or an alias of the owner's ssh configuration. */
  host: string;
  /** Null if the owner's ssh configuration sets it, or it is the default. */
  port: number | null;
}

/** @throws ConfigError */
export function parseTarget(written: string): GivenTarget {
  const [, user = '', bracketed, plain = '', port] =
    /^([^@]+)@(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(written) ?? [];
  const host = bracketed ?? plain;
  const number = port === undefined ? null : Number(port);
  const isGood = USER_PATTERN.test(user) && HOST_PATTERN.test(host) && (number === null || isPort(number));
  if (isGood) return { user, host, port: number };
  throw new ConfigError(
    `${JSON.stringify(written)} is not a host: write USER@HOST or USER@HOST:PORT, such as anna@laptop or anna@[fd00::2]:22`,
  );
}

function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535;
}
