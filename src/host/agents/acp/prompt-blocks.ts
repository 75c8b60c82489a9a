/** A prompt as ACP's blocks: the text, and the files that came with it in the form that the agent takes. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isImage } from '../../../contract/attachment.ts';
import { fileList, type PromptFile } from '../../../contract/envelope.ts';
import type { ContentBlock } from '../../../transport/acp.ts';
import type { AgentIdentity } from '../../../transport/acp-agent.ts';

export type TakenBlocks = AgentIdentity['takes'];

/**
 * The files' content where the agent takes it and where it is not too large; of the others a link, and the path below the
 * text. @throws Error where a file can't be read
 */
export async function promptBlocks(
  text: string,
  files: readonly PromptFile[],
  takes: TakenBlocks,
): Promise<ContentBlock[]> {
  const blocks: ContentBlock[] = [];
  const linked: PromptFile[] = [];
  let room = MAX_CONTENT_BYTES;
  for (const file of files) {
    const isContent = file.size <= Math.min(mostOf(file, takes), room);
    if (isContent) room -= file.size;
    else linked.push(file);
    // What follows has no name of its own in some agents.
    if (isContent) blocks.push({ type: 'text', text: `Attached as ${basename(file.path)}: ${described(file)}` });
    blocks.push(isContent ? await contentOf(file) : linkTo(file));
  }
  return [{ type: 'text', text: `${text}${fileList(linked)}` }, ...blocks];
}

/** Bytes; 0 where the agent takes no such block. */
function mostOf({ type }: PromptFile, { image, embedded }: TakenBlocks): number {
  if (isImageType(type)) return image ? MAX_IMAGE_BYTES : 0;
  if (!embedded) return 0;
  return type === 'text/plain' ? MAX_TEXT_BYTES : MAX_DOCUMENT_BYTES;
}

async function contentOf(file: PromptFile): Promise<ContentBlock> {
  const { path, type: mimeType } = file;
  const uri = uriOf(file);
  if (mimeType === 'text/plain') {
    return { type: 'resource', resource: { uri, mimeType, text: await readFile(path, 'utf8') } };
  }
  const data = await readFile(path, 'base64');
  return isImageType(mimeType)
    ? { type: 'image', mimeType, data, uri }
    : { type: 'resource', resource: { uri, mimeType, blob: data } };
}

function linkTo(file: PromptFile): ContentBlock {
  const { name, type: mimeType, size } = file;
  return { type: 'resource_link', uri: uriOf(file), name, mimeType, size };
}

function described({ name, type, size }: PromptFile): string {
  return `${JSON.stringify(name)} (${type}, ${size} bytes)`;
}

const uriOf = ({ path }: PromptFile) => pathToFileURL(path).href;
const isImageType = (type: string) => isImage(type as Parameters<typeof isImage>[0]);

// Models accept images of 5 MB in base64; an agent's own tool makes a larger one smaller.
const MAX_IMAGE_BYTES = 3.75 * 1024 * 1024;
// All of it becomes part of the conversation; of a longer text the agent reads what it needs.
const MAX_TEXT_BYTES = 64 * 1024;
const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024;
// In base64 21 MiB. Agents take lines of up to 32 MiB (ACP's own library), and models requests of as much.
const MAX_CONTENT_BYTES = 16 * 1024 * 1024;
