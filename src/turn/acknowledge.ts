/** Tells the host that the end of a turn is on record, and stores the usage that the host reports. */

import type { Hosts } from '../backend/hosts.ts';
import type { Turn, TurnChange } from '../contract/records/turn.ts';
import type { TurnCost } from '../contract/turn-cost.ts';
import type { TurnWriter } from './turn-writer.ts';

/** A host that is away is told when it is back; see `catch-up.ts`. */
export async function acknowledge(
  { turnId, agentSession, host }: Pick<Turn, 'turnId' | 'agentSession' | 'host'>,
  { hosts, turnWriter }: { hosts: Pick<Hosts, 'of'>; turnWriter: TurnWriter },
): Promise<void> {
  const cost = await hosts.of({ host }).acknowledge(agentSession, turnId);
  const change = { settled: true, ...(cost === null ? {} : exact(cost)) };
  // If a power cut loses this write, the usage is asked for again.
  await turnWriter.write({ turnId, change, events: [], progress: true });
}

function exact({ model, inputTokens, cachedTokens, outputTokens, tools }: TurnCost): TurnChange {
  return {
    model,
    tools,
    cachedTokens,
    inputTokens: inputTokens + cachedTokens,
    responseTokens: outputTokens,
    tokensExact: true,
  };
}
