/** Converts the services' results to the shapes of the dashboard's API. */
import type { AuditRow } from '../../../contract/admin/audit.ts';
import type { TurnLine } from '../../../contract/admin/turns.ts';
import { questionLine } from '../../../contract/question-line.ts';
import type { TurnLine as StoredLine, Turn } from '../../../contract/records/turn.ts';
import type { NamedAuditRow } from '../../../services/audit-log/audit-log.ts';

interface PersonView {
  id: string;
  name: string;
}

export function personView({ id, name }: PersonView): PersonView {
  return { id, name };
}

export function turnLineView(turn: (StoredLine | Turn) & { user: PersonView }): TurnLine {
  const { turnId, agentSession, generation, host, status, late, startedAt, finishedAt, durationMs } = turn;
  const { errorCode, classifierTag, usedTools, responseTokens, tokensExact, firstChunkAt } = turn;
  const question = 'question' in turn ? turn.question : questionLine(turn);
  return {
    turnId,
    agentSession,
    generation,
    host,
    status,
    late,
    startedAt,
    finishedAt,
    durationMs,
    errorCode,
    classifierTag,
    usedTools,
    responseTokens,
    tokensExact,
    user: personView(turn.user),
    question: question.replace(/\s+/g, ' ').trim().slice(0, QUESTION_LENGTH),
    firstTextMs: firstChunkAt === null ? null : Math.max(0, firstChunkAt - startedAt),
    rating: turn.feedback?.rating ?? null,
  };
}

export function auditRowView({ subject, actor, previous: _, ...row }: NamedAuditRow): AuditRow {
  return { ...row, actor: personView(actor), subject: subject && personView(subject) };
}

const QUESTION_LENGTH = 200;
