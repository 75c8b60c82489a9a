/** A command for the demo agent: a message whose first line is `demo NAME argument`. */
import type { Trailer, Turn, Wording } from './turn.ts';

export interface Command {
  name: string;
  /** What follows the name, for the help: `N`, `SIZE`. */
  takes?: string;
  does: Wording;
  answer(turn: Turn, argument: string): Promise<Trailer | null>;
  /** It never shows that it received the prompt. */
  deaf?: true;
}

/** The number that an argument starts with. */
export function numberIn(argument: string, otherwise: number): number {
  const match = /^\d{1,6}(?:\.\d{1,3})?/.exec(argument);
  return match === null ? otherwise : Number(match[0]);
}

/** A size in bytes: `10mb`, `512 kB`, `100`. A kB is 1024 bytes. */
export function sizeIn(argument: string, otherwise: number): number {
  const match = /^(\d{1,9})\s*([km]?)i?b?\b/i.exec(argument);
  if (match === null) return otherwise;
  const [, digits = '', unit = ''] = match;
  return Math.min(Number(digits) * (UNITS[unit.toLowerCase()] ?? 1), MAX_SIZE);
}

const UNITS: Record<string, number> = { k: 1024, m: 1024 * 1024 };

/** Far more than any reader of Paliadin's accepts, and still fits in memory several times over. */
const MAX_SIZE = 64 * 1024 * 1024;
