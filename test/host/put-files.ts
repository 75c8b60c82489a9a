/** A question with files at a host: they are there before it is asked, as a gateway puts them. */
import { createHash, randomUUID } from 'node:crypto';
import type { AttachmentType } from '../../src/contract/attachment.ts';
import type { Asked, TestHost } from './test-host.ts';

export interface FileToPut {
  name: string;
  type: AttachmentType;
  bytes: Buffer;
}

export async function putFiles(
  host: Pick<TestHost, 'ask' | 'putAttachment'>,
  files: readonly FileToPut[],
  message: string | ((turnId: string) => string) = 'demo at once',
): Promise<Asked> {
  const turnId = randomUUID();
  const attachments = files.map(({ name, type, bytes }) => {
    return { name, type, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  for (const [index, { type, size, sha256 }] of attachments.entries()) {
    const bytes = files[index]?.bytes ?? Buffer.alloc(0);
    await host.putAttachment?.({ session: 'one', turnId, number: index + 1, type, size, sha256, offset: 0, bytes });
  }
  return host.ask(typeof message === 'string' ? message : message(turnId), { turnId, attachments });
}
