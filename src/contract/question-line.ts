/** What a question is called where there is one line for it. */
import type { Attachment } from './attachment.ts';

/** Its words; where only files were sent, their names. */
export function questionLine({
  message,
  attachments,
}: {
  message: string;
  attachments: readonly Pick<Attachment, 'name'>[];
}): string {
  return message || attachments.map(({ name }) => name).join(', ');
}
