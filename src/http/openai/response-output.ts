/** The items of a Response, as they are streamed: one at a time, since some clients take a part for the item that was begun last. */
import { messageItem, reasoningItem, textPart } from './response-object.ts';

export interface OutputEvent {
  type: string;
  [field: string]: unknown;
}

export interface ResponseOutput {
  /** The next part of the answer. */
  write(text: string): Generator<OutputEvent>;
  /** What the agent does beside it, in a line of Markdown: clients show it as its reasoning, or not at all. */
  step(line: string): Generator<OutputEvent>;
  /** `whole`: what counts in place of the text that was sent. */
  end(whole: string | null): Generator<OutputEvent>;
  hasMessage(): boolean;
  /** All items so far. */
  items(): object[];
}

export function createResponseOutput(turnId: string): ResponseOutput {
  const items: object[] = [];
  let open: { kind: 'message'; text: string } | { kind: 'reasoning'; steps: string[] } | null = null;
  let messages = 0;
  let reasonings = 0;

  /** Of the item that is open; it is the last one. */
  const at = () => ({ item_id: (items.at(-1) as { id: string }).id, output_index: items.length - 1 });

  function* begin(item: object): Generator<OutputEvent> {
    items.push(item);
    yield { type: 'response.output_item.added', output_index: items.length - 1, item };
  }

  function* close(): Generator<OutputEvent> {
    if (open === null) return;
    if (open.kind === 'message') {
      const { text } = open;
      yield { type: 'response.output_text.done', ...at(), content_index: 0, text, logprobs: [] };
      yield { type: 'response.content_part.done', ...at(), content_index: 0, part: textPart(text) };
      items[items.length - 1] = messageItem(turnId, messages, text, 'completed');
    } else items[items.length - 1] = reasoningItem(turnId, reasonings, open.steps);
    yield { type: 'response.output_item.done', output_index: items.length - 1, item: items.at(-1) };
    open = null;
  }

  function* write(text: string): Generator<OutputEvent> {
    if (open?.kind !== 'message') {
      yield* close();
      open = { kind: 'message', text: '' };
      yield* begin(messageItem(turnId, ++messages, null, 'in_progress'));
      yield { type: 'response.content_part.added', ...at(), content_index: 0, part: textPart('') };
    }
    open.text += text;
    if (text !== '') yield { type: 'response.output_text.delta', ...at(), content_index: 0, delta: text, logprobs: [] };
  }

  function* step(line: string): Generator<OutputEvent> {
    if (open?.kind !== 'reasoning') {
      yield* close();
      open = { kind: 'reasoning', steps: [] };
      yield* begin(reasoningItem(turnId, ++reasonings, []));
    }
    const part = { ...at(), summary_index: open.steps.length };
    open.steps.push(line);
    yield { type: 'response.reasoning_summary_part.added', ...part, part: { type: 'summary_text', text: '' } };
    yield { type: 'response.reasoning_summary_text.delta', ...part, delta: line };
    yield { type: 'response.reasoning_summary_text.done', ...part, text: line };
    yield { type: 'response.reasoning_summary_part.done', ...part, part: { type: 'summary_text', text: line } };
  }

  function* end(whole: string | null): Generator<OutputEvent> {
    if (whole !== null) {
      // Where nothing else was closed yet, it takes the place of what was sent; else it comes below.
      if (messages === 1 && open?.kind === 'message') open.text = whole;
      else {
        yield* close();
        yield* write(whole);
      }
    }
    yield* close();
  }

  return { write, step, end, hasMessage: () => messages > 0, items: () => items };
}
