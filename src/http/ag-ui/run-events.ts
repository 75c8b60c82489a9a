/** A turn, or its part up to an approval, as the events of one AG-UI run. */
import type { ReconnectReason, TurnView } from '../../contract/api.ts';
import { readChips } from '../../contract/count-chips.ts';
import { type ApprovalRequest, DENY, type ToolProgress } from '../../contract/turn.ts';
import { approvalKey } from '../edge/approval-ids.ts';
import { approvalInput } from '../edge/approval-input.ts';
import { inWords, problemOfEnding } from '../edge/problem.ts';
import type { UntilInterrupt } from '../edge/to-interrupt.ts';
import type { StreamFormat } from '../sse.ts';

export interface AgUiEvent {
  type: string;
  [field: string]: unknown;
}

export function agUiFormat(locale: string): StreamFormat<AgUiEvent> {
  return {
    opening: ': paliadin\n\n',
    write: (event) => `data: ${JSON.stringify(event)}\n\n`,
    ending: (reason: ReconnectReason) => {
      const problem = problemOfEnding(reason, locale);
      return `data: ${JSON.stringify({ type: 'RUN_ERROR', message: inWords(problem), code: problem.code })}\n\n`;
    },
  };
}

interface Run {
  threadId: string;
  runId: string;
  turnId: string;
  /** How long an approval waits for its decision. */
  approvalMs: number | null;
  /** How many messages of this turn there have been in earlier runs. */
  part: string;
}

export async function* runEvents(events: AsyncIterable<UntilInterrupt>, run: Run): AsyncGenerator<AgUiEvent> {
  const { threadId, runId, turnId, approvalMs, part } = run;
  const messageId = `${turnId}${part}`;
  const tools = new Set<string>();
  let open = false;
  function* close(): Generator<AgUiEvent> {
    if (open) yield { type: 'TEXT_MESSAGE_END', messageId };
    open = false;
  }

  yield { type: 'RUN_STARTED', threadId, runId, protocolVersion: '1.0' };
  // Stopping, feedback and history have our own API, which knows turns.
  yield { type: 'CUSTOM', name: 'paliadin.turn', value: { turnId } };
  for await (const event of events) {
    switch (event.type) {
      case 'text':
        if (!open) yield { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' };
        open = true;
        yield { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: event.text };
        break;
      case 'tool':
        yield* toolEvents(event.tool, { turnId, tools, ...(open && { parentMessageId: messageId }) });
        break;
      case 'approval':
        yield* approvalCall(event.approval, turnId, open ? messageId : undefined);
        break;
      case 'decided': {
        const { approval, option, by } = event.decided;
        const toolCallId = approvalKey(turnId, approval.id);
        yield { type: 'CUSTOM', name: 'paliadin.decided', value: { interruptId: toolCallId, option, by } };
        yield result(toolCallId, option === null ? 'decided at the terminal' : option);
        break;
      }
      case 'interrupted': {
        yield* close();
        const expiresAt = approvalMs === null ? {} : { expiresAt: new Date(event.at + approvalMs).toISOString() };
        const interrupts = event.approvals.map((approval) => ({ ...interruptOf(approval, turnId), ...expiresAt }));
        yield { type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'interrupt', interrupts } };
        return;
      }
      case 'finished':
        yield* close();
        if (event.restated) yield* whole(`${messageId}-whole`, event.turn.response);
        yield* ending(event.turn, { threadId, runId });
    }
  }
}

function* ending(turn: TurnView, run: { threadId: string; runId: string }): Generator<AgUiEvent> {
  const { turnId, status, error, response, inputTokens, responseTokens } = turn;
  const chips = readChips(response);
  if (chips.length > 0) yield { type: 'CUSTOM', name: 'paliadin.chips', value: chips };
  const usage = {
    usage: [
      {
        ...(inputTokens !== null && { inputTokens }),
        ...(responseTokens !== null && { outputTokens: responseTokens }),
      },
    ],
  };
  if (status === 'cancelled') yield { type: 'RUN_FINISHED', ...run, outcome: { type: 'cancelled' }, ...usage };
  else if (error !== null) yield { type: 'RUN_ERROR', message: inWords(error), code: error.code };
  else yield { type: 'RUN_FINISHED', ...run, outcome: { type: 'success' }, result: { turnId }, ...usage };
}

/** The answer that counts, where another one was sent before it. */
function* whole(messageId: string, text: string): Generator<AgUiEvent> {
  yield { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' };
  yield { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: text };
  yield { type: 'TEXT_MESSAGE_END', messageId };
}

function* toolEvents(
  { id, title, status }: ToolProgress,
  { turnId, tools, ...parent }: { turnId: string; tools: Set<string>; parentMessageId?: string },
): Generator<AgUiEvent> {
  const toolCallId = `${turnId}:tool:${id}`;
  if (!tools.has(id)) {
    yield { type: 'TOOL_CALL_START', toolCallId, toolCallName: title, ...parent };
    yield { type: 'TOOL_CALL_ARGS', toolCallId, delta: '{}' };
    yield { type: 'TOOL_CALL_END', toolCallId };
  }
  tools.add(id);
  if (status !== 'running') yield result(toolCallId, status);
}

/** What the agent wants to do, as a call of its tool that has not been made. */
function* approvalCall(
  approval: ApprovalRequest,
  turnId: string,
  parentMessageId: string | undefined,
): Generator<AgUiEvent> {
  const { id, tool, title } = approval;
  const toolCallId = approvalKey(turnId, id);
  const parent = parentMessageId === undefined ? {} : { parentMessageId };
  yield { type: 'TOOL_CALL_START', toolCallId, toolCallName: tool ?? title, ...parent };
  yield { type: 'TOOL_CALL_ARGS', toolCallId, delta: JSON.stringify(approvalInput(approval)) };
  yield { type: 'TOOL_CALL_END', toolCallId };
}

function result(toolCallId: string, content: string): AgUiEvent {
  return { type: 'TOOL_CALL_RESULT', messageId: `${toolCallId}:result`, toolCallId, content, role: 'tool' };
}

function interruptOf(approval: ApprovalRequest, turnId: string): { id: string } & Record<string, unknown> {
  const { id, kind, title, options } = approval;
  const key = approvalKey(turnId, id);
  return {
    id: key,
    reason: kind === 'question' ? 'input_required' : 'tool_call',
    message: title,
    toolCallId: key,
    responseSchema: {
      type: 'object',
      properties: {
        option: { type: 'string', enum: [...new Set([...options.map((option) => option.id), DENY])] },
        message: { type: 'string', maxLength: 2000 },
        answers: { type: 'object', additionalProperties: { type: 'string' } },
      },
      required: ['option'],
    },
    metadata: { approval },
  };
}
