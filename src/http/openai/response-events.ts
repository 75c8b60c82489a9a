/** The events of a Response, numbered from 0. The same turn gives the same events, as long as its chunks are kept. */
import type { TurnView } from '../../contract/api.ts';
import type { SettledEvent } from '../edge/settled-turn.ts';
import { createStepLines } from '../edge/step-lines.ts';
import { whereToDecide } from '../edge/waits.ts';
import { type Echo, responseObject } from './response-object.ts';
import { createResponseOutput, type OutputEvent } from './response-output.ts';

export interface ResponseEvent {
  type: string;
  sequence_number: number;
  [field: string]: unknown;
}

interface Options {
  /** As it was when it was accepted. */
  turn: TurnView;
  echo: Echo;
  locale: string;
  /** Address of the chat page, where approvals are decided. */
  page: string;
  /** Leaves out the events up to this one; never the last one. */
  startingAfter: number;
  answered?: (text: string) => void;
}

export async function* responseEvents(
  events: AsyncIterable<SettledEvent>,
  { startingAfter, ...options }: Options,
): AsyncGenerator<ResponseEvent> {
  let sequence = 0;
  for await (const event of unnumbered(events, options)) {
    const numbered = { ...event, sequence_number: sequence++ };
    if (numbered.sequence_number > startingAfter || LAST.has(event.type)) yield numbered;
  }
}

const LAST = new Set(['response.completed', 'response.failed', 'response.incomplete']);

async function* unnumbered(
  events: AsyncIterable<SettledEvent>,
  { turn, echo, locale, page, answered }: Omit<Options, 'startingAfter'>,
): AsyncGenerator<OutputEvent> {
  const output = createResponseOutput(turn.turnId);
  const steps = createStepLines();
  const began = (status: 'queued' | 'in_progress') => ({
    ...responseObject({ ...turn, status: 'running', finishedAt: null, error: null }, echo, []),
    status,
  });
  let queued = false;
  let inProgress = false;
  function* start(): Generator<OutputEvent> {
    if (!inProgress) yield { type: 'response.in_progress', response: began('in_progress') };
    inProgress = true;
  }

  yield { type: 'response.created', response: began('in_progress') };
  for await (const event of events) {
    if (event.type !== 'queued') yield* start();
    switch (event.type) {
      case 'queued':
        if (!queued) yield { type: 'response.queued', response: began('queued') };
        queued = true;
        break;
      case 'text':
        yield* output.write(event.text);
        break;
      case 'tool': {
        const line = steps.lineOf(event.tool);
        if (line !== null) yield* output.step(line);
        break;
      }
      case 'approval':
        yield* output.write(whereToDecide(event.approval, locale, page));
        break;
      case 'finished': {
        const { status, response } = event.turn;
        // A client may expect a message, however short.
        if (status === 'completed' && !output.hasMessage()) yield* output.write('');
        yield* output.end(event.restated ? response : null);
        if (status === 'completed') answered?.(response);
        yield {
          type: endOf(echo.failsWith === undefined ? status : finalOf(status)),
          response: responseObject(event.turn, echo, output.items()),
        };
      }
    }
  }
}

function endOf(status: TurnView['status']): string {
  if (status === 'completed') return 'response.completed';
  return status === 'cancelled' ? 'response.incomplete' : 'response.failed';
}

/** A response that was stopped would be repeated too. */
function finalOf(status: TurnView['status']): TurnView['status'] {
  return status === 'cancelled' ? 'failed' : status;
}
