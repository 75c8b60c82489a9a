/** The events of a Response, numbered from 0. The same turn gives the same events, as long as its chunks are kept. */
import type { TurnView } from '../../contract/api.ts';
import type { SettledEvent } from '../edge/settled-turn.ts';
import { whereToDecide } from '../edge/waits.ts';
import { type Echo, messageId, messageItem, responseObject, textPart } from './response-object.ts';

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

interface Unnumbered {
  type: string;
  [field: string]: unknown;
}

async function* unnumbered(
  events: AsyncIterable<SettledEvent>,
  { turn, echo, locale, page, answered }: Omit<Options, 'startingAfter'>,
): AsyncGenerator<Unnumbered> {
  const { turnId } = turn;
  const at = { item_id: messageId(turnId), output_index: 0, content_index: 0 };
  const began = (status: 'queued' | 'in_progress') => ({
    ...responseObject({ ...turn, status: 'running', finishedAt: null, error: null }, echo, ''),
    status,
  });
  let queued = false;
  let inProgress = false;
  let open = false;
  let sent = '';
  function* start(): Generator<Unnumbered> {
    if (!inProgress) yield { type: 'response.in_progress', response: began('in_progress') };
    inProgress = true;
  }
  function* write(text: string): Generator<Unnumbered> {
    yield* start();
    if (!open) {
      yield { type: 'response.output_item.added', output_index: 0, item: messageItem(turnId, null, 'in_progress') };
      yield { type: 'response.content_part.added', ...at, part: textPart('') };
    }
    open = true;
    sent += text;
    if (text !== '') yield { type: 'response.output_text.delta', ...at, delta: text, logprobs: [] };
  }
  function* close(text: string): Generator<Unnumbered> {
    yield { type: 'response.output_text.done', ...at, text, logprobs: [] };
    yield { type: 'response.content_part.done', ...at, part: textPart(text) };
    yield { type: 'response.output_item.done', output_index: 0, item: messageItem(turnId, text, 'completed') };
  }

  yield { type: 'response.created', response: began('in_progress') };
  for await (const event of events) {
    switch (event.type) {
      case 'queued':
        if (!queued) yield { type: 'response.queued', response: began('queued') };
        queued = true;
        break;
      case 'running':
        yield* start();
        break;
      case 'text':
        yield* write(event.text);
        break;
      case 'approval':
        yield* write(whereToDecide(event.approval, locale, page));
        break;
      case 'finished': {
        const { status, response } = event.turn;
        if (status === 'completed') yield* write('');
        else yield* start();
        // What counts is the answer: where it is another one than what was sent, the whole takes its place.
        const text = event.restated ? response : sent;
        if (open) yield* close(text);
        if (status === 'completed') answered?.(response);
        yield { type: endOf(status), response: responseObject(event.turn, echo, text) };
      }
    }
  }
}

function endOf(status: TurnView['status']): string {
  if (status === 'completed') return 'response.completed';
  return status === 'cancelled' ? 'response.incomplete' : 'response.failed';
}
