/** Joins the gateways that share a database. */
import { ConfigError } from '../config/load.ts';
import type { GatewayLink } from '../store/gateway-link.ts';
import { openLink } from '../store/open.ts';

/** `alone`: this gateway can't share the database. @throws ConfigError, PaliadinError `store_unavailable` */
export async function linkGateways(
  url: string,
  { alone, onError }: { alone: boolean; onError(what: string, error: unknown): void },
): Promise<GatewayLink> {
  const options = { alone, waitMs: OTHER_ENDS_MS, random: Math.random, now: () => performance.now(), onError };
  const link = await openLink(url, options);
  if (link !== null) return link;
  throw new ConfigError(
    alone
      ? 'another gateway runs on the database of PALIADIN_DATABASE_URL, and this one can’t share it: its agents are on its own machine, where no other gateway reaches them. Stop the other one, name another database, or set PALIADIN_REMOTE_HOST'
      : 'a gateway that can’t share the database of PALIADIN_DATABASE_URL runs on it, because its agents are on its own machine or its version is older; stop it, or name another database',
  );
}

// One that was just killed still has its connection for a moment.
const OTHER_ENDS_MS = 5_000;
