/** A turn, or its part up to an approval, as the chunks of one UI message stream. */

import type { TurnView } from '../../contract/api.ts';
import { readChips } from '../../contract/count-chips.ts';
import type { ApprovalRequest, ToolProgress } from '../../contract/turn.ts';
import { approvalKey } from '../edge/approval-ids.ts';
import { approvalInput } from '../edge/approval-input.ts';
import { inWords, problemOfEnding } from '../edge/problem.ts';
import type { UntilInterrupt } from '../edge/to-interrupt.ts';
import type { StreamFormat } from '../sse.ts';

export interface Chunk {
  type: string;
  [field: string]: unknown;
}

export const DONE = Symbol('done');

export function uiMessageFormat(locale: string): StreamFormat<Chunk | typeof DONE> {
  return {
    opening: ': paliadin\n\n',
    write: (chunk) => `data: ${chunk === DONE ? '[DONE]' : JSON.stringify(chunk)}\n\n`,
    ending: (reason) =>
      `data: ${JSON.stringify({ type: 'error', errorText: inWords(problemOfEnding(reason, locale)) })}\n\n`,
  };
}

/** `resumed`: the client has the beginning of the message, up to the approval that it decided. */
export async function* messageChunks(
  events: AsyncIterable<UntilInterrupt>,
  { turnId, resumed }: { turnId: string; resumed: boolean },
): AsyncGenerator<Chunk | typeof DONE> {
  const tools = new Set<string>();
  let texts = 0;
  let text: string | null = null;
  let inStep = false;
  function* step(): Generator<Chunk> {
    if (!inStep) yield { type: 'start-step' };
    inStep = true;
  }
  function* closeText(): Generator<Chunk> {
    if (text !== null) yield { type: 'text-end', id: text };
    text = null;
  }
  function* closeStep(): Generator<Chunk> {
    yield* closeText();
    if (inStep) yield { type: 'finish-step' };
    inStep = false;
  }
  function* write(delta: string): Generator<Chunk> {
    yield* step();
    if (text === null) {
      text = `${resumed ? 'more' : 'text'}-${++texts}`;
      yield { type: 'text-start', id: text };
    }
    yield { type: 'text-delta', id: text, delta };
  }

  yield { type: 'start', messageId: turnId, messageMetadata: { turnId } };
  for await (const event of events) {
    switch (event.type) {
      case 'text':
        yield* write(event.text);
        break;
      case 'tool':
        yield* closeText();
        yield* step();
        yield* toolChunks(event.tool, turnId, tools);
        break;
      case 'approval':
        // A step of its own: the client sends the decisions once nothing else of the step is open.
        yield* closeStep();
        yield* step();
        yield* approvalChunks(event.approval, turnId);
        break;
      case 'decided': {
        const { approval, option } = event.decided;
        const toolCallId = approvalKey(turnId, approval.id);
        const denied = option === 'deny';
        yield denied
          ? { type: 'tool-output-denied', toolCallId }
          : { type: 'tool-output-available', toolCallId, output: { option }, dynamic: true };
        break;
      }
      case 'interrupted':
        yield* closeStep();
        yield { type: 'finish', finishReason: 'tool-calls' };
        return yield DONE;
      case 'finished':
        yield* closeText();
        if (event.restated) yield* write(event.turn.response);
        yield* closeStep();
        yield* ending(event.turn);
        yield DONE;
    }
  }
}

function* ending({ turnId, status, error, response, inputTokens, responseTokens }: TurnView): Generator<Chunk> {
  const chips = readChips(response);
  if (chips.length > 0) yield { type: 'data-chips', data: chips };
  if (status === 'cancelled') return yield { type: 'abort', reason: 'stopped' };
  if (error !== null) {
    yield { type: 'data-error', data: { code: error.code, retryable: error.retryable }, transient: true };
    return yield { type: 'error', errorText: inWords(error) };
  }
  const messageMetadata = { turnId, usage: { inputTokens, outputTokens: responseTokens } };
  yield { type: 'finish', finishReason: 'stop', messageMetadata };
}

function* toolChunks({ id, title, status }: ToolProgress, turnId: string, tools: Set<string>): Generator<Chunk> {
  const toolCallId = `${turnId}:tool:${id}`;
  const dynamic = { dynamic: true, providerExecuted: true };
  if (!tools.has(id))
    yield { type: 'tool-input-available', toolCallId, toolName: 'step', title, input: {}, ...dynamic };
  tools.add(id);
  if (status === 'done') yield { type: 'tool-output-available', toolCallId, output: { status }, ...dynamic };
  if (status === 'failed') yield { type: 'tool-output-error', toolCallId, errorText: title, ...dynamic };
}

/** What the agent wants to do, as a call of its tool that waits. */
function* approvalChunks(approval: ApprovalRequest, turnId: string): Generator<Chunk> {
  const { id, tool, title, kind, options, questions, diff } = approval;
  const toolCallId = approvalKey(turnId, id);
  yield {
    type: 'tool-input-available',
    toolCallId,
    toolName: tool ?? kind ?? 'permission',
    title,
    input: approvalInput(approval),
    dynamic: true,
  };
  // What a yes or no does not say.
  yield {
    type: 'data-approval',
    id: toolCallId,
    data: { approvalId: toolCallId, title, kind, options, questions, diff },
  };
  yield { type: 'tool-approval-request', approvalId: toolCallId, toolCallId };
}
