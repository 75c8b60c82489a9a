/** A turn as it is stored: the audit row. */
import type { Feedback } from '../api.ts';
import type { Attachment } from '../attachment.ts';
import type { ErrorCode } from '../errors.ts';
import type { TrailerMeta, TurnNotice, TurnStatus } from '../turn.ts';
import type { ToolUse } from '../turn-cost.ts';

/** The audit row. */
export interface Turn extends TrailerMeta {
  turnId: string;
  userId: string;
  /** What the request called the conversation; `agentSession` is the conversation. */
  sessionId: string;
  agentSession: string;
  generation: number;
  host: string;
  idempotencyKey: string | null;
  /** Hash of the whole request, to tell a repetition from another question under the same key. */
  requestHash: string;
  status: TurnStatus;
  message: string;
  pageOrigin: string | null;
  context: string | null;
  /** The files that came with the question, in their order. */
  attachments: Attachment[];
  locale: string | null;
  startedAt: number;
  /** While its host is away, the turn waits until then; null: it fails at once. */
  awayUntil: number | null;
  /** What was said before, on another host, and was handed over with this turn. */
  earlier: string | null;
  /** When the turn reached the front of its queue and went to the host. */
  handedOverAt: number | null;
  deliveredAt: number | null;
  firstChunkAt: number | null;
  finishedAt: number | null;
  durationMs: number | null;
  response: string;
  /** What the agent wrote after the response; null where that was not stored. */
  trailer: string | null;
  responseTokens: number | null;
  /** True: the agent's own count. False: an estimate from the length of the answer. */
  tokensExact: boolean;
  /** All that the model read, `cachedTokens` of it from its cache. */
  inputTokens: number | null;
  cachedTokens: number | null;
  model: string | null;
  /**
   * The tools used, by the agent's own record; `usedTools` is what the answer claims. Null where nothing exact is
   * known.
   */
  tools: ToolUse[] | null;
  chipCount: number;
  trailerMalformed: boolean;
  /** The answer arrived after the turn had been given up. */
  late: boolean;
  errorCode: ErrorCode | null;
  errorDetail: string | null;
  notices: TurnNotice[];
  /** The host knows that the outcome is on record, and has reported the turn's cost. */
  settled: boolean;
  /**
   * Fence of the run that took the turn up last, see `TurnStore.takeUp`; 0 before the first. Store and host refuse an
   * older one.
   */
  fence: number;
  feedback: Feedback | null;
}

/** What is known of a turn before anything happens to it. */
export type NewTurn = Pick<
  Turn,
  | 'turnId'
  | 'userId'
  | 'sessionId'
  | 'agentSession'
  | 'generation'
  | 'host'
  | 'idempotencyKey'
  | 'requestHash'
  | 'message'
  | 'pageOrigin'
  | 'context'
  | 'locale'
  | 'startedAt'
> &
  Partial<Pick<Turn, 'awayUntil'>> & {
    /** Files that the user has uploaded, and that become the question's. */
    attachmentIds?: readonly string[];
  };

/** What may change in a turn once it exists. */
export type TurnChange = Partial<Omit<Turn, keyof NewTurn | 'attachments' | 'fence'>>;

export interface TurnPage {
  turns: Turn[];
  /** The `before` of the next page; null where this is the last. */
  next: string | null;
}

export interface TurnFilter {
  userId?: string | undefined;
  status?: TurnStatus | 'open' | undefined;
  code?: ErrorCode | undefined;
  tag?: string | undefined;
  /** Accepted at this time or later. */
  from?: number | undefined;
  /** Accepted before this time. */
  to?: number | undefined;
  /**
   * Each word begins a word of question or answer; one of less than three letters is a whole word. Case and accents are
   * ignored.
   */
  search?: string | undefined;
}

/** The fields of a turn that a list shows. */
export interface TurnLine
  extends Pick<
    Turn,
    | 'turnId'
    | 'userId'
    | 'agentSession'
    | 'generation'
    | 'host'
    | 'status'
    | 'late'
    | 'startedAt'
    | 'firstChunkAt'
    | 'finishedAt'
    | 'durationMs'
    | 'errorCode'
    | 'classifierTag'
    | 'usedTools'
    | 'tools'
    | 'model'
    | 'rowsSeen'
    | 'chipCount'
    | 'responseTokens'
    | 'tokensExact'
    | 'feedback'
  > {
  /** The beginning of the question. */
  question: string;
}

/** Codes that say nothing about the agent's state: it may still answer. */
export const GIVEN_UP = [
  'timeout',
  'outcome_unknown',
  'mriver_unreachable',
  'host_key_changed',
  'shim_auth_failed',
  'shim_outdated',
  'shim_error',
] as const satisfies readonly ErrorCode[];
