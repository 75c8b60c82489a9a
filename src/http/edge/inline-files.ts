/** Files that come within a message, as base64 or as a `data:` URL. The gateway fetches nothing for anybody. */
import type { AttachmentLimits } from '../../contract/attachment.ts';
import { decodeBase64 } from '../../transport/base64.ts';
import { FieldError } from './problem.ts';

export interface InlineFile {
  /** The field of the request that has it. */
  param: string;
  name: string | undefined;
  /** The protocol says that it is an image, so its content has to be one. */
  isImage: boolean;
  /** A `data:` URL, or base64 alone. */
  data: string;
}

/** @throws FieldError where it is the address of a file that is elsewhere */
export function inlineFile(file: InlineFile): InlineFile {
  const { param, data } = file;
  const [, scheme = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(data.slice(0, LONGEST_SCHEME)) ?? [];
  if (scheme === '' || scheme.toLowerCase() === 'data') return file;
  throw refuseFile(
    param,
    `a file at an address (${scheme.toLowerCase()}:) is not fetched; send its content, as data:TYPE;base64,…`,
  );
}

export function refuseFile(param: string, why: string): FieldError {
  return new FieldError(param, why, 'attachment_invalid');
}

/** @throws FieldError `attachment_invalid`, or `attachment_too_large` before anything is decoded */
export function contentOf({ param, data }: InlineFile, { bytes: most }: AttachmentLimits): Uint8Array {
  const { body, isBase64 } = parts(data);
  // Four letters for three bytes; percent-encoded, at most three letters for one.
  if (body.length > Math.ceil(most / 3) * 4 + SLACK && (isBase64 || body.length > most * 3)) {
    throw new FieldError(param, `a file may have ${most} bytes (PALIADIN_ATTACHMENT_BYTES)`, 'attachment_too_large');
  }
  const content = isBase64 ? decodeBase64(body) : decodePercent(body);
  if (content !== null) return content;
  throw refuseFile(param, `the content is not ${isBase64 ? 'base64' : 'percent-encoded'}`);
}

function parts(data: string): { body: string; isBase64: boolean } {
  if (!/^data:/i.test(data.slice(0, LONGEST_SCHEME))) return { body: data, isBase64: true };
  const comma = data.indexOf(',');
  if (comma === -1) return { body: '', isBase64: true };
  return { body: data.slice(comma + 1), isBase64: /;\s*base64\s*$/i.test(data.slice(0, comma)) };
}

function decodePercent(text: string): Uint8Array | null {
  try {
    return Buffer.from(decodeURIComponent(text));
  } catch {
    return null;
  }
}

const LONGEST_SCHEME = 40;
// Line ends, and the padding.
const SLACK = 16_384;
