/** What a file is by its content. Only headers are read: nothing is decoded or unpacked. */
import { isUtf8 } from 'node:buffer';
import { disableTypes, imageSize } from 'image-size';
import type { Attachment, AttachmentType } from '../../contract/attachment.ts';
import { PaliadinError } from '../../contract/errors.ts';

export type Examined = Pick<Attachment, 'type' | 'width' | 'height'>;

/** @throws PaliadinError `attachment_invalid` for everything that is not on the list, and for what only claims to be. */
export function examine(bytes: Uint8Array): Examined {
  if (bytes.length === 0) throw refused('the file is empty');
  const found = SIGNATURES.find(({ signs }) => signs.some(([at, sign]) => startsWith(bytes, sign, at)));
  if (found === undefined) return examineText(bytes);
  if (found.type === 'application/pdf') return { type: found.type, width: null, height: null };
  if (found.type === 'image/webp' && !startsWith(bytes, 'WEBP', 8)) throw refused('this is not a WebP image');
  return { type: found.type, ...sizeOf(bytes, found) };
}

function sizeOf(bytes: Uint8Array, { type, format }: (typeof SIGNATURES)[number]): { width: number; height: number } {
  const { width, height } = measured(bytes, type, format);
  if (width * height <= MOST_PIXELS && Math.max(width, height) <= LONGEST_SIDE) return { width, height };
  const most = `at most ${MOST_PIXELS / 1e6} million pixels, and ${LONGEST_SIDE} on a side`;
  throw refused(`the image has ${width} × ${height} pixels; ${most}`);
}

function measured(bytes: Uint8Array, type: AttachmentType, format: string): { width: number; height: number } {
  try {
    const size = bytes.length < LEAST_BYTES ? { type: null, width: 0, height: 0 } : imageSize(bytes);
    if (size.type === format && size.width > 0 && size.height > 0) return size;
  } catch {
    // as below
  }
  throw refused(`this begins like ${type}, but is damaged or cut off`);
}

function examineText(bytes: Uint8Array): Examined {
  if (bytes.includes(0) || !isUtf8(bytes)) throw refused(NEITHER);
  const beginning = Buffer.from(bytes.subarray(0, SNIFFED_BYTES)).toString('utf8');
  if (MARKUP.test(beginning)) throw refused('this is a web page or an SVG image, which may contain scripts');
  return { type: 'text/plain', width: null, height: null };
}

function startsWith(bytes: Uint8Array, sign: string, at: number): boolean {
  return bytes.length >= at + sign.length && [...sign].every((one, i) => bytes[at + i] === one.charCodeAt(0));
}

function refused(why: string): PaliadinError {
  return new PaliadinError('attachment_invalid', `${why}; ${ALLOWED}`);
}

const ALLOWED = 'PNG, JPEG, GIF and WebP images, PDF and plain text (UTF-8) can be attached';
const NEITHER = 'the content is neither one of the allowed images, nor PDF, nor text';

const SIGNATURES: { type: AttachmentType; format: string; signs: [at: number, sign: string][] }[] = [
  { type: 'image/png', format: 'png', signs: [[0, '\x89PNG\r\n\x1a\n']] },
  { type: 'image/jpeg', format: 'jpg', signs: [[0, '\xff\xd8\xff']] },
  {
    type: 'image/gif',
    format: 'gif',
    signs: [
      [0, 'GIF87a'],
      [0, 'GIF89a'],
    ],
  },
  { type: 'image/webp', format: 'webp', signs: [[0, 'RIFF']] },
  { type: 'application/pdf', format: 'pdf', signs: [[0, '%PDF-']] },
];

// The other formats of the library are not even tried.
disableTypes(
  'bmp cur dds exif heif icns ico j2c jp2 jxl jxl-stream ktx pnm psd svg tga tiff'.split(' ') as Parameters<
    typeof disableTypes
  >[0],
);

// A phone's camera has 50 megapixels; decoded they are 256 MB.
const MOST_PIXELS = 64e6;
const LONGEST_SIDE = 20_000;

// No image is shorter; the library would read behind the end.
const LEAST_BYTES = 24;

const SNIFFED_BYTES = 4096;
/** Comments, and what XML begins with, may come before it. */
const MARKUP =
  /^\ufeff?\s*(?:(?:<!--[\s\S]*?-->|<\?[\s\S]*?\?>)\s*){0,20}<(?:!doctype\s+(?:html|svg)|html|svg|head|body|script|iframe|style)\b/i;
