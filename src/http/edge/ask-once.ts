/** Asks with the files that came within the message. A request that is repeated with its key gets the turn that it has. */
import { createHash } from 'node:crypto';
import type { TurnView } from '../../contract/api.ts';
import { isImage } from '../../contract/attachment.ts';
import { asPaliadinError } from '../../contract/errors.ts';
import { sanitise } from '../../contract/sanitise.ts';
import type { TurnRequest } from '../../contract/turn.ts';
import type { AttachmentService } from '../../services/attachments/attachments.ts';
import type { Turns } from '../../turn/turns.ts';
import { contentOf, type InlineFile, refuseFile } from './inline-files.ts';
import { FieldError } from './problem.ts';

export interface AskNeeds {
  turns: Pick<Turns, 'ask' | 'byKey'>;
  attachments: Pick<AttachmentService, 'limits' | 'upload' | 'remove'>;
}

/**
 * `repeated`: the turn was there before. Files of a question that is not accepted are deleted.
 * @throws FieldError for a file, and what `turns.ask` throws
 */
export async function askOnce(
  { turns, attachments }: AskNeeds,
  { files, ...request }: Omit<TurnRequest, 'attachments'> & { files: readonly InlineFile[] },
  key: string | undefined,
): Promise<{ turn: TurnView; repeated: boolean }> {
  const { userId, locale } = request;
  const contents = readFiles(files, attachments);
  // What was asked first counts, also where the conversation has gone on since, so that the same request would now begin another.
  const known = async (): Promise<TurnView | null> => {
    const turn = key === undefined ? null : await turns.byKey(userId, key, locale);
    return turn !== null && isSame(turn, request, contents) ? turn : null;
  };
  const before = files.length === 0 ? null : await known();
  if (before !== null) return { turn: before, repeated: true };
  const ids: string[] = [];
  const giveUp = () => Promise.all(ids.map((id) => attachments.remove(userId, id).catch(() => undefined)));
  try {
    for (const [at, bytes] of contents.entries()) ids.push(await upload(attachments, userId, files[at], bytes));
    const asked = await turns.ask({ ...request, ...(ids.length > 0 && { attachments: ids }) }, key);
    if (asked.repeated) await giveUp();
    return asked;
  } catch (error) {
    await giveUp();
    const turn = asPaliadinError(error, 'internal').code === 'idempotency_mismatch' ? await known() : null;
    if (turn === null) throw error;
    return { turn, repeated: true };
  }
}

/** All of them, before any is stored. @throws FieldError */
function readFiles(files: readonly InlineFile[], { limits }: AskNeeds['attachments']): Uint8Array[] {
  const tooMany = files[limits.count];
  if (tooMany !== undefined && limits.count > 0)
    throw new FieldError(tooMany.param, `a question may have ${limits.count} files`, 'attachment_too_large');
  return files.map((file) => contentOf(file, limits));
}

async function upload(
  attachments: AskNeeds['attachments'],
  userId: string,
  file: InlineFile | undefined,
  bytes: Uint8Array,
): Promise<string> {
  const { param = '', isImage: saysImage = false, name = saysImage ? 'image' : '' } = file ?? {};
  try {
    const { id, type } = await attachments.upload(userId, { name, bytes });
    if (!saysImage || isImage(type)) return id;
    await attachments.remove(userId, id);
  } catch (error) {
    const { code, detail } = asPaliadinError(error, 'internal');
    if (code !== 'attachment_invalid' && code !== 'attachment_too_large') throw error;
    throw new FieldError(param, detail ?? code, code);
  }
  throw refuseFile(param, 'this is no image by its content; send it as a file');
}

function isSame(
  turn: TurnView,
  { message, sessionId, begins = false }: Pick<TurnRequest, 'message' | 'sessionId' | 'begins'>,
  contents: readonly Uint8Array[],
): boolean {
  const digests = contents.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  const inIt = begins || sessionId === undefined || sessionId === turn.sessionId;
  const sameFiles =
    digests.length === turn.attachments.length && turn.attachments.every(({ sha256 }, at) => sha256 === digests[at]);
  return inIt && sameFiles && turn.message === sanitise(message);
}
