/** A prompt's content as a question: its text, what is embedded as context, and the files that come with it. */
import { PaliadinError } from '../contract/errors.ts';
import type { PromptRequest } from '../transport/acp.ts';
import { decodeBase64 } from '../transport/base64.ts';
import { refuse } from './errors.ts';

export interface PromptFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

type Block = PromptRequest['prompt'][number];

/** @throws PaliadinError `bad_request` for content that is not taken, `attachment_invalid` for what is no base64 */
export function readPrompt(prompt: PromptRequest['prompt']): {
  message: string;
  context?: string;
  files: PromptFile[];
} {
  const said: string[] = [];
  const embedded: string[] = [];
  const files: PromptFile[] = [];
  for (const block of prompt) {
    if (block.type === 'text') said.push(block.text);
    else if (block.type === 'resource_link') said.push(`[${block.name}](${block.uri})`);
    else if (block.type === 'resource' && 'text' in block.resource) {
      const { uri, text } = block.resource;
      said.push(uri);
      // What does not fit there whole is better read as a file than cut off.
      if (embedded.join('\n\n').length + text.length + uri.length <= ROOM) embedded.push(`${uri}:\n${text}`);
      else files.push({ name: nameOf(uri), bytes: Buffer.from(text) });
    } else files.push(fileOf(block));
  }
  const context = embedded.join('\n\n');
  return { message: said.join('\n'), files, ...(context !== '' && { context }) };
}

function fileOf(block: Block): PromptFile {
  if (block.type === 'image') return decode(block.data, nameOf(block.uri ?? '') || `image.${kindOf(block.mimeType)}`);
  if (block.type === 'resource' && 'blob' in block.resource) {
    return decode(block.resource.blob, nameOf(block.resource.uri));
  }
  throw refuse(`a prompt is text, images and files here; ${block.type} is not taken`);
}

function decode(base64: string, name: string): PromptFile {
  const bytes = decodeBase64(base64);
  if (bytes !== null) return { name, bytes };
  throw new PaliadinError('attachment_invalid', `the content of ${name} is not base64`);
}

function nameOf(uri: string): string {
  const last = uri.split(/[?#]/, 1)[0]?.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function kindOf(mimeType: string): string {
  return /^image\/([a-z]{1,10})$/.exec(mimeType)?.[1] ?? 'png';
}

// As much context as the gateway takes, less the separators.
const ROOM = 8192 - 200;
