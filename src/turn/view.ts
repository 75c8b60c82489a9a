/** A turn as its user sees it. */

import type { ErrorBody, TurnView } from '../contract/api.ts';
import { errorTable } from '../contract/errors.ts';
import { errorMessage } from '../contract/locales/locale.ts';
import type { Turn } from '../contract/records/turn.ts';
import { type Decided, isFinal } from '../contract/turn.ts';
import type { TurnSnapshot } from './turn-snapshot.ts';

export interface Reader {
  locale: string | null;
  /** Whether the reader may see internal causes of an error: paths, dialogs, exit statuses. */
  seesDetails: boolean;
}

/** `live` is what has been streamed so far of a turn that is not final. */
export function toView(turn: Turn, live: TurnSnapshot & { position: number | null }, reader: Reader): TurnView {
  const final = isFinal(turn.status);
  return {
    turnId: turn.turnId,
    idempotencyKey: turn.idempotencyKey,
    sessionId: turn.agentSession,
    status: turn.status,
    message: turn.message,
    pageOrigin: turn.pageOrigin,
    attachments: turn.attachments,
    response: final ? turn.response : live.text,
    usedTools: turn.usedTools,
    rowsSeen: turn.rowsSeen,
    classifierTag: turn.classifierTag,
    chipCount: turn.chipCount,
    responseTokens: turn.responseTokens,
    tokensExact: turn.tokensExact,
    inputTokens: turn.inputTokens,
    trailerMalformed: turn.trailerMalformed,
    notices: turn.notices,
    generation: turn.generation,
    approvals: final ? [] : live.approvals,
    steps: final ? [] : live.steps,
    presence: final ? 'here' : live.presence,
    decisions: live.decisions.map(inBrief),
    queuePosition: turn.status === 'queued' ? live.position : null,
    awayUntil: turn.awayUntil,
    startedAt: turn.startedAt,
    deliveredAt: turn.deliveredAt,
    firstChunkAt: turn.firstChunkAt,
    finishedAt: turn.finishedAt,
    durationMs: turn.durationMs,
    late: turn.late,
    error: errorOf(turn, reader),
    feedback: turn.feedback,
  };
}

/** Who decided what. The full text of the request is long, and is in the owner's view of the turn. */
export function inBrief({ approval, ...decided }: Decided): Decided {
  const { id, title, kind, tool } = approval;
  return { ...decided, approval: { id, title, kind, ...(tool !== undefined && { tool }) } };
}

function errorOf({ turnId, errorCode, errorDetail, locale }: Turn, reader: Reader): ErrorBody | null {
  if (errorCode === null) return null;
  return {
    code: errorCode,
    message: errorMessage(errorCode, reader.locale ?? locale),
    retryable: errorTable[errorCode].retryable,
    detail: reader.seesDetails ? errorDetail : null,
    turnId,
  };
}
