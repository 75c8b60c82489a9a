/** A turn as a Response of OpenAI's. */
import type { TurnView } from '../../contract/api.ts';
import { TURN_ID_PATTERN } from '../../contract/names.ts';
import type { TurnStatus } from '../../contract/turn.ts';
import { FieldError } from '../edge/problem.ts';
import { MODEL } from './model.ts';
import { usageOf } from './usage.ts';

/** What only the request knows, and is not kept. */
export interface Echo {
  metadata?: Record<string, string> | null | undefined;
  previous_response_id?: string | null | undefined;
  instructions?: string | null | undefined;
  background?: boolean | null | undefined;
  /** For a client that would repeat what failed with our own code. */
  failsWith?: string | undefined;
}

export type ResponseStatus = 'queued' | 'in_progress' | 'completed' | 'failed' | 'cancelled';

const STATUS: Record<TurnStatus, ResponseStatus> = {
  queued: 'queued',
  delivering: 'in_progress',
  running: 'in_progress',
  waiting: 'in_progress',
  completed: 'completed',
  failed: 'failed',
  unknown: 'failed',
  cancelled: 'cancelled',
};

/** `output`: what was sent, where that is not just the answer. */
export function responseObject(turn: TurnView, echo: Echo = {}, output: object[] = outputOf(turn, turn.response)) {
  const reached = STATUS[turn.status];
  const status = reached === 'cancelled' && echo.failsWith !== undefined ? 'failed' : reached;
  const { turnId, sessionId, startedAt, finishedAt, error } = turn;
  return {
    id: responseId(turnId),
    object: 'response',
    created_at: Math.floor(startedAt / 1000),
    completed_at: finishedAt === null ? null : Math.floor(finishedAt / 1000),
    status,
    background: echo.background ?? false,
    error: status === 'failed' || echo.failsWith !== undefined ? errorOf(error, echo) : null,
    incomplete_details: null,
    instructions: echo.instructions ?? null,
    max_output_tokens: null,
    model: MODEL,
    output,
    parallel_tool_calls: true,
    previous_response_id: echo.previous_response_id ?? null,
    conversation: { id: conversationId(sessionId) },
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: true,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: finishedAt === null ? null : usageOf(turn, 'responses'),
    user: null,
    metadata: echo.metadata ?? {},
  };
}

function errorOf(error: TurnView['error'], { failsWith }: Echo) {
  if (error === null) return null;
  const { code, message } = error;
  return failsWith === undefined ? { code, message } : { code: failsWith, message: `${message} (${code})` };
}

/** The answer as a whole. */
export function outputOf({ turnId, finishedAt }: TurnView, text: string): object[] {
  return text === '' ? [] : [messageItem(turnId, 1, text, finishedAt === null ? 'in_progress' : 'completed')];
}

/** `number`: of the messages in this response, from 1. */
export function messageItem(turnId: string, number: number, text: string | null, status: 'in_progress' | 'completed') {
  return {
    id: itemId('msg', turnId, number),
    type: 'message',
    status,
    role: 'assistant',
    content: text === null ? [] : [textPart(text)],
  };
}

export function reasoningItem(turnId: string, number: number, steps: readonly string[]) {
  const summary = steps.map((text) => ({ type: 'summary_text', text }));
  return { id: itemId('rs', turnId, number), type: 'reasoning', summary };
}

export function textPart(text: string) {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function itemId(kind: 'msg' | 'rs', turnId: string, number: number): string {
  return `${kind}_${turnId.replaceAll('-', '')}${number === 1 ? '' : `_${number}`}`;
}

function responseId(turnId: string): string {
  return `resp_${turnId.replaceAll('-', '')}`;
}

/** @throws FieldError `not_found`, where it is the id of nothing that could be here */
export function turnIdOf(response: string, param: string): string {
  const [, hex = ''] = /^resp_([0-9a-f]{32})$/.exec(response) ?? [];
  const turnId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (TURN_ID_PATTERN.test(turnId)) return turnId;
  throw new FieldError(param, 'there is no response with this id', 'not_found');
}

function conversationId(sessionId: string): string {
  return `conv_${sessionId}`;
}

/** @throws FieldError `not_found` */
export function sessionIdOf(conversation: string): string {
  const [, sessionId] = /^conv_(.{1,128})$/.exec(conversation) ?? [];
  if (sessionId !== undefined) return sessionId;
  throw new FieldError('conversation', 'there is no conversation with this id; a response names its own', 'not_found');
}
