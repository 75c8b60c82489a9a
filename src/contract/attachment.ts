/** Files that come with a question: what they may be, and how they are named. */

/** What a file is by its content; its name says nothing. */
export const attachmentTypes = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'application/pdf',
  'text/plain',
] as const;

export type AttachmentType = (typeof attachmentTypes)[number];

/** A file on record. */
export interface Attachment {
  /** UUID. */
  id: string;
  /** As `displayName` made it: shown, and never used as a path. */
  name: string;
  type: AttachmentType;
  /** Bytes. */
  size: number;
  /** In hexadecimal. */
  sha256: string;
  /** Of an image, in pixels; null for other files. */
  width: number | null;
  height: number | null;
}

/** How many files a question may have, and how large each may be. 0 files: none are accepted. */
export interface AttachmentLimits {
  count: number;
  bytes: number;
}

/** What a file is called on the host, beside its number. */
export const extensions: Record<AttachmentType, string> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
};

/** What the settings may allow at most, and a host accepts. */
export const MOST_FILES = 20;
export const MOST_FILE_BYTES = 50 * 1024 * 1024;

/** The request header with an uploaded file's name, percent-encoded. In no URL, so that it is in no log. */
export const FILE_NAME_HEADER = 'x-paliadin-file-name';

export function isImage(type: AttachmentType): boolean {
  return type.startsWith('image/');
}

/**
 * A name from anywhere, made harmless: without directories, without characters that are invisible, end a line or change
 * the direction of what follows, and not too long. The end stays, because it says what the file is.
 */
export function displayName(given: string): string {
  const last = given.toWellFormed().normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const visible = last.replace(INVISIBLE, '').replace(/\s+/g, ' ').trim();
  const letters = [...visible.replace(/^\.+/, '')];
  if (letters.length === 0) return 'file';
  if (letters.length <= LONGEST_NAME) return letters.join('');
  return `${letters.slice(0, LONGEST_NAME - KEPT_END).join('')}…${letters.slice(1 - KEPT_END).join('')}`;
}

/** Enough for a name that somebody gave, and short enough for a line. */
const LONGEST_NAME = 100;
const KEPT_END = 20;
/** Controls, marks of direction, joiners, unassigned and private characters, and separators of lines. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Variation_Selector}]/gu;
