/** The files of questions. Their bytes are read and written in pieces. */
import type { Attachment } from '../contract/attachment.ts';

export interface StoredAttachment extends Attachment {
  userId: string;
  /** The question that has it; null: none has used it yet. */
  turnId: string | null;
  uploadedAt: number;
}

/** A question that was deleted, with files that its host may still have. */
export interface DeletedFiles {
  turnId: string;
  session: string;
  host: string;
}

export interface AttachmentStore {
  /**
   * Stores the file, all of it or nothing.
   * @throws PaliadinError `rate_limited` where the user has `mostUnused` files that no question has used.
   */
  insert(attachment: Omit<StoredAttachment, 'turnId'>, bytes: Uint8Array, mostUnused: number): Promise<void>;
  get(id: string): Promise<StoredAttachment | null>;
  /** Piece `number`, from 0; null behind the last. Each but the last has `PIECE_BYTES`. */
  piece(id: string, number: number): Promise<Uint8Array | null>;
  /** Deletes a file of the user that no question has used. */
  removeUnused(id: string, userId: string): Promise<void>;
  /** Deletes files from before that no question has used. */
  pruneUnused(before: number): Promise<void>;
  /** Those behind `after`, a question's id, at most `limit`. */
  deleted(page: { after: string; limit: number }): Promise<DeletedFiles[]>;
  /** The host has them no more. */
  forgotten(turnId: string): Promise<void>;
}

/** In base64, a line of the channel with room for the rest of the message. */
export const PIECE_BYTES = 256 * 1024;
