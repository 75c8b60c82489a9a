import type { TurnCost } from '../../../contract/turn-cost.ts';
import type { TurnRecord } from './transcript.ts';

/** What a turn took: tokens and calls from the transcript, times from the hooks. */
export function costOf({ messages, tools }: TurnRecord, ran: { tool: string; ms: number }[]): TurnCost {
  const sum = (of: (message: (typeof messages)[number]) => number) => messages.reduce((all, one) => all + of(one), 0);
  const names = [...new Set(tools.values())];
  return {
    model: messages.at(-1)?.model ?? null,
    inputTokens: sum(({ usage }) => usage.input),
    cachedTokens: sum(({ usage }) => usage.cached),
    outputTokens: sum(({ usage }) => usage.output),
    tools: names.map((name) => ({
      name,
      count: [...tools.values()].filter((tool) => tool === name).length,
      ms: ran.reduce((all, { tool, ms }) => (tool === name ? all + ms : all), 0),
    })),
  };
}
