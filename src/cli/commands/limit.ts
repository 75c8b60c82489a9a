import { ConfigError } from '../../config/load.ts';

/** What `--limit` says. @throws ConfigError */
export function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new ConfigError('--limit is a whole number from 1');
}
