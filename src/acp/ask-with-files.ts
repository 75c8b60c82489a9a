/** Uploads the files of a prompt and asks. What was uploaded for a question that is not accepted is deleted. */
import type { PaliadinClient, TurnView } from '../client/index.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { PromptFile } from './prompt.ts';

export async function askWithFiles(
  client: PaliadinClient,
  { files, ...question }: { message: string; context?: string; sessionId: string; files: readonly PromptFile[] },
  idempotencyKey: string,
): Promise<TurnView> {
  const ids: string[] = [];
  if (files.length > 0) await requireFew(client, files.length);
  try {
    for (const { name, bytes } of files) ids.push((await client.attachments.upload(bytes, { name })).id);
    return await client.ask({ ...question, ...(ids.length > 0 && { attachments: ids }) }, { idempotencyKey });
  } catch (error) {
    await Promise.all(ids.map((id) => client.attachments.remove(id).catch(() => undefined)));
    throw error;
  }
}

/** Said before anything is uploaded. @throws PaliadinError `attachment_too_large`, `attachment_invalid` */
async function requireFew(client: PaliadinClient, count: number): Promise<void> {
  const { limits } = await client.me();
  const most = limits.attachments.count;
  if (most === 0)
    throw new PaliadinError('attachment_invalid', 'no files are accepted here (PALIADIN_ATTACHMENTS=off)');
  if (count > most) throw new PaliadinError('attachment_too_large', `a question may have ${most} files`);
}
