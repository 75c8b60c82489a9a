/** Brings a question's files to its host, before the question. What is there already is not sent again. */
import { PaliadinError } from '../contract/errors.ts';
import type { AttachmentSource, Host, HostPrompt } from '../contract/host.ts';
import { isLost } from './open-channel.ts';

/** @throws PaliadinError `shim_outdated` where the host takes no files, `cancelled`, and the host's own. */
export async function sendAttachments(host: Host, prompt: HostPrompt): Promise<void> {
  const { session, turnId, attachments = [], attachmentSource: source } = prompt;
  if (attachments.length === 0) return;
  const { putAttachment, identity } = host;
  if (source === undefined || putAttachment === undefined || identity.attachments !== true) throw takesNoFiles();
  try {
    await sendAll(prompt, source, putAttachment);
  } catch (error) {
    // Nobody will ask about them. Where the host is lost, it deletes them after a while.
    if (!isLost(error)) await host.acknowledge(session, turnId, { forget: true }).catch(() => {});
    throw error;
  }
}

async function sendAll(
  { session, turnId, attachments = [] }: HostPrompt,
  source: AttachmentSource,
  putAttachment: NonNullable<Host['putAttachment']>,
): Promise<void> {
  for (const [index, { name: _, ...attachment }] of attachments.entries()) {
    const about = { session, turnId, number: index + 1, ...attachment };
    let have = await putAttachment({ ...about, offset: 0, bytes: new Uint8Array() });
    for (let setbacks = 0; have < attachment.size; ) {
      if (source.stop.aborted) throw new PaliadinError('cancelled');
      const now = await putAttachment({ ...about, offset: have, bytes: await source.read(index, have) });
      if (now <= have && ++setbacks > MOST_SETBACKS) {
        throw new PaliadinError('shim_error', 'a file of this question arrives damaged at its host again and again');
      }
      have = now;
    }
  }
}

export function takesNoFiles(): PaliadinError {
  return new PaliadinError(
    'shim_outdated',
    'this host’s Paliadin is too old for files; `paliadin host add` updates it, or ask without files',
  );
}

// Two gateways may send the same file for a moment; that the disk changes what is written should not happen once.
const MOST_SETBACKS = 3;
