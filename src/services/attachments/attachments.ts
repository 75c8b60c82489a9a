/** Files that are uploaded for a question, and read again by those who may. */
import { createHash } from 'node:crypto';
import { type Attachment, type AttachmentLimits, displayName } from '../../contract/attachment.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { StoredAttachment } from '../../store/attachment-store.ts';
import type { Store } from '../../store/store.ts';
import type { Readings } from '../readings.ts';
import { examine } from './examine.ts';

export interface AttachmentService {
  readonly limits: AttachmentLimits;
  /**
   * Stores a file for a question that is asked within an hour.
   * @throws PaliadinError `attachment_invalid`, `attachment_too_large`, `rate_limited` where too many wait
   */
  upload(userId: string, file: { name: string; bytes: Uint8Array }): Promise<Attachment>;
  /**
   * The file, for the user who uploaded it, and for whoever may read all turns; that is put on record first.
   * @throws PaliadinError `not_found`, also for another user's file
   */
  read(reader: FileReader, id: string): Promise<{ attachment: Attachment; bytes: AsyncIterable<Uint8Array> }>;
  /** Deletes a file of the user that no question has; does nothing for any other. */
  remove(userId: string, id: string): Promise<void>;
  /** Deletes files that no question has used in time. */
  prune(): Promise<void>;
}

export interface FileReader {
  /** A user's id. */
  id: string;
  /** Whether they may read the texts of all users. */
  readsAll: boolean;
}

export interface AttachmentOptions {
  store: Pick<Store, 'attachments'>;
  limits: AttachmentLimits;
  onRecord: Readings;
  clock(): number;
  newId(): string;
}

export function createAttachmentService(options: AttachmentOptions): AttachmentService {
  const { store, limits, onRecord, clock, newId } = options;
  const { attachments } = store;

  async function* pieces({ id, size }: Attachment): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for (let number = 0; sent < size; number++) {
      const piece = await attachments.piece(id, number);
      if (piece === null) throw new PaliadinError('not_found', 'the file was deleted while it was read');
      sent += piece.length;
      yield piece;
    }
  }

  return {
    limits,
    async upload(userId, { name, bytes }) {
      if (limits.count === 0)
        throw new PaliadinError('attachment_invalid', 'no files are accepted here (PALIADIN_ATTACHMENTS=off)');
      if (bytes.length > limits.bytes) throw tooLarge(limits);
      const attachment: Attachment = {
        id: newId(),
        name: displayName(name),
        ...examine(bytes),
        size: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
      await attachments.insert({ ...attachment, userId, uploadedAt: clock() }, bytes, limits.count * UNUSED_QUESTIONS);
      return attachment;
    },
    async read(reader, id) {
      const found = await attachments.get(id);
      if (found === null) throw new PaliadinError('not_found', NOT_YOURS);
      const { userId, turnId } = found;
      if (userId !== reader.id) {
        if (!reader.readsAll || turnId === null) throw new PaliadinError('not_found', NOT_YOURS);
        await onRecord({ actor: reader.id, action: 'read.turn', subject: userId, turnId, detail: { attachment: id } });
      }
      return { attachment: toAttachment(found), bytes: pieces(found) };
    },
    remove: (userId, id) => attachments.removeUnused(id, userId),
    prune: () => attachments.pruneUnused(clock() - UNUSED_MS),
  };
}

function tooLarge({ bytes }: AttachmentLimits): PaliadinError {
  return new PaliadinError('attachment_too_large', `a file may have ${bytes} bytes (PALIADIN_ATTACHMENT_BYTES)`);
}

function toAttachment({ id, name, type, size, sha256, width, height }: StoredAttachment): Attachment {
  return { id, name, type, size, sha256, width, height };
}

const NOT_YOURS = 'you have no file with this id; one that no question has used expires after an hour';
/** A question may be written for a while. */
const UNUSED_MS = 3_600_000;
/** Of as many questions the files may wait at once, in several tabs. */
const UNUSED_QUESTIONS = 4;
