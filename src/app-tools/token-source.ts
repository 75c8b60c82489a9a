/** The token of each request: the gateway's own, or the application's in exchange for it. */
import type { ApplicationTurn } from '../turn/app-tools/application.ts';
import { type ExchangeOptions, exchangeToken } from './exchange.ts';
import { mintToken, type TokenOptions } from './token.ts';

export interface TokenSourceOptions extends TokenOptions {
  audience: string;
  timeoutMs: number;
  /** Null: the application takes the gateway's own tokens. */
  exchange: Pick<ExchangeOptions, 'url' | 'clientId' | 'clientSecret'> | null;
}

type Asker = Pick<ApplicationTurn, 'turnId' | 'subject'>;

/** @returns a function that throws ApplicationFailure where the application's token endpoint gives none. */
export function tokenSource(options: TokenSourceOptions): (asker: Asker) => Promise<string> {
  const { audience, timeoutMs, exchange, clock } = options;
  if (exchange === null) return ({ subject, turnId }) => mintToken({ subject, turnId, audience }, options);
  /** By turn. */
  const held = new Map<string, { token: string; until: number }>();
  return async ({ subject, turnId }) => {
    const now = clock();
    for (const [turn, { until }] of held) if (until <= now) held.delete(turn);
    const known = held.get(turnId);
    if (known !== undefined) return known.token;
    const own = await mintToken({ subject, turnId, audience: exchange.url }, options);
    const { token, expiresInS } = await exchangeToken(own, { ...exchange, audience, timeoutMs });
    const life = Math.min(expiresInS * 1000, LONGEST_MS) - EARLIER_MS;
    if (life > 0) held.set(turnId, { token, until: now + life });
    return token;
  };
}

// As long as the gateway's own may be: it ends with the turn, or soon after.
const LONGEST_MS = 120_000;
// It has to arrive before its end.
const EARLIER_MS = 10_000;
