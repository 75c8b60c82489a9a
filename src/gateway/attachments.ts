/** What the settings say of files, and the job that deletes those that no question has used. */
import type { Config } from '../config/load.ts';
import type { AttachmentLimits } from '../contract/attachment.ts';
import type { AttachmentService } from '../services/attachments/attachments.ts';

export function attachmentLimits(values: Config['values']): AttachmentLimits {
  const count = values.PALIADIN_ATTACHMENTS === 'off' ? 0 : values.PALIADIN_ATTACHMENT_COUNT;
  return { count, bytes: values.PALIADIN_ATTACHMENT_BYTES };
}

/** At the start, and every ten minutes. Of several gateways each does it: what is deleted twice is gone once. */
export function pruneAttachments(
  attachments: Pick<AttachmentService, 'prune'>,
  onError: (what: string, error: unknown) => void,
): () => void {
  const prune = () => void attachments.prune().catch((error) => onError('unused files were not deleted', error));
  const timer = setInterval(prune, EVERY_MS).unref();
  prune();
  return () => clearInterval(timer);
}

const EVERY_MS = 600_000;
