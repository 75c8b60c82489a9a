/** A turn's span on the host's side: from the prompt's arrival to the outcome, if the caller sent a trace. */
import type { Host, HostOutcome, HostUpdate } from '../contract/host.ts';
import { readTraceparent } from '../contract/trace.ts';
import type { Traces } from './traces.ts';
import type { TurnSteps } from './turn-steps.ts';

export function tracedHost(host: Host, { record }: Traces, steps: Pick<TurnSteps, 'take'>, clock: () => number): Host {
  return {
    ...host,
    async prompt(prompt, onUpdate, tools) {
      const parent = prompt.traceparent === undefined ? null : readTraceparent(prompt.traceparent);
      if (parent === null) return await host.prompt(prompt, onUpdate, tools);
      const from = clock();
      const events: { name: string; at: number }[] = [];
      const note = (name: string) => {
        if (!events.some((event) => event.name === name)) events.push({ name, at: clock() });
      };
      const end = (outcome: Pick<HostOutcome, 'state' | 'code'>) =>
        record({
          name: 'host turn',
          traceId: parent.traceId,
          parentId: parent.spanId,
          from,
          to: clock(),
          events: [...events, ...steps.take(prompt.turnId)],
          failed: outcome.code !== null,
          attributes: {
            'paliadin.turn': prompt.turnId,
            'paliadin.state': outcome.state,
            'paliadin.code': outcome.code ?? '',
          },
        });
      try {
        const noted = (update: HostUpdate) => {
          if (update.type === 'running') note('the agent has it');
          if (update.type === 'chunk') note('first text');
          onUpdate(update);
        };
        const outcome = await host.prompt(prompt, noted, tools);
        end(outcome);
        return outcome;
      } catch (error) {
        end({ state: 'failed', code: 'shim_error' });
        throw error;
      }
    },
  };
}
