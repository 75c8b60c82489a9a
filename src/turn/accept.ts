/** Accepts a question: it is checked, sanitised, and on record before it is sent anywhere. */
import { createHash } from 'node:crypto';
import { PaliadinError } from '../contract/errors.ts';
import type { AgentSession } from '../contract/records/session.ts';
import type { NewTurn, Turn } from '../contract/records/turn.ts';
import { cleanText, sanitise } from '../contract/sanitise.ts';
import type { TurnRequest, WhenAway } from '../contract/turn.ts';
import { appPage } from './app-page.ts';
import type { TurnDispatcher } from './dispatcher.ts';

/** A request after sanitising, and the digest that identifies a repetition. */
export interface Question {
  userId: string;
  /** What the request calls the conversation. */
  sessionId: string;
  /** A further one begins where there is none. */
  begins: boolean;
  /** Empty where only files were sent. */
  message: string;
  pageOrigin: string | null;
  context: string | null;
  locale: string | null;
  whenAway: WhenAway;
  attachmentIds: readonly string[];
  requestHash: string;
}

/**
 * Drops a page that is not of `appOrigins`.
 *
 * @throws PaliadinError `message_invalid`, `message_too_large`, `attachment_invalid`, `attachment_too_large`
 */
export function toQuestion(
  { userId, sessionId = LAST_USED, begins = false, ...asked }: TurnRequest,
  appOrigins: readonly string[],
  mostFiles: number,
): Question {
  const attachmentIds = requireFewFiles(asked.attachments ?? [], mostFiles);
  const message = sanitise(asked.message, { mayBeEmpty: attachmentIds.length > 0 });
  const page = cleanLine(asked.pageOrigin);
  const pageOrigin = page && appPage(page, appOrigins);
  const context = asked.context === undefined ? null : cleanText(asked.context);
  const locale = asked.locale ?? null;
  // Digest of the request as sent, so that a repetition is recognised even after the list of origins has changed.
  const whenAway = asked.whenAway ?? 'fail';
  const more = whenAway === 'fail' && attachmentIds.length === 0 ? [] : [whenAway, ...attachmentIds];
  const said = JSON.stringify([sessionId, message, page, context, locale, ...more]);
  const requestHash = createHash('sha256').update(said).digest('hex');
  return { userId, sessionId, begins, message, pageOrigin, context, locale, whenAway, attachmentIds, requestHash };
}

/** Of a request that names no conversation. Fixed, so that a repeated request is the same request. */
export const LAST_USED = 'default';

/** @throws PaliadinError `idempotency_mismatch` */
export function requireSameQuestion(turn: Turn, question: Pick<Question, 'requestHash'>): Turn {
  if (turn.requestHash === question.requestHash) return turn;
  throw new PaliadinError('idempotency_mismatch', 'this Idempotency-Key was used for another question', {
    cause: { turnId: turn.turnId },
  });
}

/**
 * Writes the audit row, and has it dispatched. `inserted: false` where the key was already used for the same question.
 */
export async function record(
  dispatcher: Pick<TurnDispatcher, 'accept'>,
  { whenAway: _, begins: __, ...question }: Question,
  session: AgentSession,
  identity: Pick<NewTurn, 'turnId' | 'idempotencyKey' | 'startedAt' | 'awayUntil'>,
): ReturnType<TurnDispatcher['accept']> {
  const { name: agentSession, generation, host } = session;
  const accepted = await dispatcher.accept({ ...question, ...identity, agentSession, generation, host });
  requireSameQuestion(accepted.turn, question);
  return accepted;
}

function requireFewFiles(ids: readonly string[], most: number): readonly string[] {
  if (ids.length > 0 && most === 0)
    throw new PaliadinError('attachment_invalid', 'no files are accepted here (PALIADIN_ATTACHMENTS=off)');
  if (ids.length > most) throw new PaliadinError('attachment_too_large', `a question may have ${most} files`);
  if (new Set(ids).size < ids.length)
    throw new PaliadinError('attachment_invalid', 'attachments: an id is there twice');
  return ids;
}

function cleanLine(text: string | undefined): string | null {
  const clean = text === undefined ? '' : cleanText(text).replace(/\s+/g, ' ').trim();
  return clean === '' ? null : clean;
}
